/**
 * What each notification says, and where one goes from it. Said for a reader who may come hours later: no text says how long is left, or how it is now.
 * A type without texts, in any language, or without a path does not compile.
 */

import type { Language, NotificationData, NotificationType } from '../notification.ts';
import { oneLine } from '../one-line.ts';
import { english } from './english.ts';
import { korean } from './korean.ts';

export interface Words {
  readonly title: string;
  readonly text: string;
}

/** One language. */
export type Texts = { readonly [Type in NotificationType]: (data: NotificationData[Type]) => Words };

export interface Text extends Words {
  /** On the pages (web/src/application.tsx); null: nowhere. */
  readonly path: string | null;
}

type Paths = { readonly [Type in NotificationType]: (data: NotificationData[Type]) => string | null };

const LANGUAGES: Readonly<Record<Language, Texts>> = { ko: korean, en: english };

const PATHS: Paths = {
  signed_up: () => '/',
  // Its secret is no part of what is stored: notifications/letters.ts makes the link.
  password_reset: () => null,
  email_changed: () => '/profile',
  // Who sees this and has not done it may be signed in nowhere any more.
  password_changed: () => '/forgotten-password',
  granted: pathOfUnit,
  refused: pathOfDrop,
  slot_expiring: pathOfSlot,
  slot_expired: pathOfSlot,
  payment_result: (data) => (data.state === 'succeeded' ? `/receipts/${data.paymentId}` : pathOfSlot(data)),
  drop_opening: pathOfDrop,
  sold_out: pathOfDrop,
  back_in_stock: pathOfDrop,
  your_turn: pathOfUnit,
};

/** `title` is one line, whatever the drop's is. */
export function textOf<Type extends NotificationType>(
  language: Language,
  type: Type,
  data: NotificationData[Type],
): Text {
  const { title, text } = LANGUAGES[language][type](data);
  return { title: oneLine(title), text, path: PATHS[type](data) };
}

function pathOfUnit({ kind, grantId }: NotificationData['granted']): string {
  return kind === 'coupon' ? `/coupons/${grantId}` : pathOfSlot({ grantId });
}

function pathOfSlot({ grantId }: { readonly grantId: string }): string {
  return `/slots/${grantId}`;
}

function pathOfDrop({ dropId }: { readonly dropId: string }): string {
  return `/drops/${dropId}`;
}
