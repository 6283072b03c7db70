/** From a delivery to the letter that its channel sends. */
import type { Channel, Letter } from './channel.ts';
import { MANNERS, type NotificationData } from './notification.ts';
import type { TakenDelivery } from './outbox.ts';
import { LANGUAGE_DEFAULT } from './preferences.ts';
import { textOf } from './texts/text.ts';

export interface Links {
  /** Where people find this shop: scheme and host, without a slash at the end. */
  readonly publicUrl: string;
  /** The secret part of a password reset's link, by its id. */
  readonly resetToken: (resetId: string) => string;
}

/** The letter, or why none is sent any more. */
export function letterOf(delivery: TakenDelivery, channel: Channel['name'], links: Links): Letter | string {
  const { id, type, data } = delivery;
  if (type === null) return 'the notification is gone';
  if (delivery.outlived) return 'expired: what it says is not so any more';
  const to = addressOf(delivery, channel, MANNERS[type].fixed === true);
  if (to === null) return 'channel switched off';
  const language = delivery.language ?? LANGUAGE_DEFAULT;
  const { title, text, path } = textOf(language, type, data);
  const way = type === 'password_reset' ? resetPath(data as NotificationData['password_reset'], links) : path;
  return { id, to, language, title, text, link: way === null ? null : links.publicUrl + way };
}

function addressOf(delivery: TakenDelivery, channel: Channel['name'], isFixed: boolean): string | null {
  if (channel !== 'email') return delivery[channel];
  if ('address' in delivery.data) return delivery.data.address;
  return delivery.emailOn || isFixed ? delivery.email : null;
}

function resetPath({ resetId }: NotificationData['password_reset'], { resetToken }: Links): string {
  return `/reset-password/${resetToken(resetId)}`;
}
