/**
 * Grants that the pages of coupons and slots have seen, each in a signal of its own, kept true by the socket's messages. It
 * is loaded with those pages and listens from then on; bounded by what they list.
 */
import { type Signal, signal } from '@preact/signals';
import type { DropKind } from '../drops/drop.ts';
import type { Page } from '../http/request.ts';
import { connection } from '../realtime/connection.ts';
import { type Grant, type GrantState, laterOf, loadGrant, loadGrants } from './grant.ts';

const grants = new Map<string, Signal<Grant>>();

/** Counts units that came to me while a page was open: a list is then worth asking for again. */
export const arrivals = signal(0);

connection.onMessage((message) => {
  if (message.type !== 'grant') return;
  if (message.because === 'offered' || message.because === 'granted') arrivals.value += 1;
  if (grants.has(message.grant.id)) rememberGrant(message.grant);
});

export function rememberGrant(grant: Grant): Signal<Grant> {
  const known = grants.get(grant.id);
  if (known) {
    known.value = laterOf(known.value, grant);
    return known;
  }
  const made = signal(grant);
  grants.set(grant.id, made);
  return made;
}

export async function askForGrant(id: string): Promise<Signal<Grant>> {
  return rememberGrant(await loadGrant(id));
}

/** After a refusal: what it says of the grant is known now, and what the page shows was not true any more. */
export async function orAskAgain<T>(id: string, done: Promise<T>): Promise<T> {
  return done.catch((error: unknown) => {
    void askForGrant(id).catch(() => undefined);
    throw error;
  });
}

export async function askForGrants(
  kind: DropKind,
  state: GrantState,
  cursor: string | null,
): Promise<Page<Signal<Grant>>> {
  const page = await loadGrants(kind, state, cursor);
  return { items: page.items.map(rememberGrant), next: page.next };
}
