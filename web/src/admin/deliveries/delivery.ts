/** The log of deliveries (docs/api.md, `GET /v1/deliveries`): what was sent to whom over which channel. */
import { requestAsMember } from '../../accounts/session.ts';
import type { Page } from '../../http/request.ts';
import { type Channel, channels } from '../../notifications/notification.ts';
import { oneOf, writeFilter } from '../list/useAddressFilter.ts';

export const deliveryStates = ['pending', 'sent', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export interface Delivery {
  id: string;
  /** The name is null when the account is gone. */
  person: { id: string; username: string | null };
  type: string;
  channel: Channel;
  state: DeliveryState;
  /** How often it was tried. */
  attempts: number;
  /** Why the last try was in vain. */
  failure: string | null;
  createdAt: string;
  /** When it is tried next; of one that has ended, when it was tried last. */
  dueAt: string;
  endedAt: string | null;
}

/** An empty word: all of them. */
export interface DeliveryFilter {
  state: DeliveryState | '';
  type: string;
  channel: Channel | '';
  username: string;
}

export const unfiltered: DeliveryFilter = { state: '', type: '', channel: '', username: '' };

export function readFilter(search: string): DeliveryFilter {
  const query = new URLSearchParams(search);
  return {
    state: oneOf(deliveryStates, query.get('state')),
    type: query.get('type') ?? '',
    channel: oneOf(channels, query.get('channel')),
    username: (query.get('username') ?? '').slice(0, 40),
  };
}

export function loadDeliveries(filter: DeliveryFilter, cursor: string | null): Promise<Page<Delivery>> {
  const query = new URLSearchParams(writeFilter(filter));
  query.set('limit', '20');
  if (cursor !== null) query.set('cursor', cursor);
  return requestAsMember<Page<Delivery>>(`/v1/deliveries?${query}`);
}

/** What comes back is on its way: the same one if it had failed, another one if it was sent already. */
export function sendAgain(id: string): Promise<Delivery> {
  return requestAsMember<Delivery>(`/v1/deliveries/${encodeURIComponent(id)}/send-again`, { method: 'POST' });
}

/** What stands in the app was never sent, and what is on its way is sent anyway. */
export function canBeSentAgain({ channel, state }: Delivery): boolean {
  return channel !== 'in_app' && state !== 'pending';
}

/** In its old place, or on top as the newest. */
export function withDelivery(known: readonly Delivery[], changed: Delivery): Delivery[] {
  if (!known.some(({ id }) => id === changed.id)) return [changed, ...known];
  return known.map((delivery) => (delivery.id === changed.id ? changed : delivery));
}
