/**
 * Every drop this page has seen, each in a signal of its own: a live message then re-renders one card, not the list.
 * Bounded by what the pages list; the connection watches what is shown right now.
 *
 * The connection tells where a drop stands (its state, counts and times) whenever that changes; an answer over HTTP has all of it, as it was some time after it was
 * asked for, or before, where it comes from a gateway that hears of changes later. What is newer:
 *
 *   where it stands    what the connection told, as long as it tells of this drop; otherwise the answer
 *   its terms          the answer, unless the page already has the ones whose version the connection named
 *   a change of ours   the answer to it, as a whole: it was made after all that was known before
 */
import { type Signal, signal } from '@preact/signals';
import { type Page, request } from '../http/request.ts';
import { learnTime, serverNow } from '../realtime/clock.ts';
import { connection } from '../realtime/connection.ts';
import { backoffMilliseconds } from '../realtime/live-client.ts';
import type { ClaimAnswer, LiveDrop } from '../realtime/messages.ts';
import type { Drop } from './drop.ts';

const drops = new Map<string, Signal<Drop>>();
const renewMsMax = 3_000;
const renewalsMax = 8;

export function knownDrop(id: string): Signal<Drop> | undefined {
  return drops.get(id);
}

/** Takes a drop as it is: the answer to a change of ours. */
export function rememberDrop(drop: Drop): Signal<Drop> {
  const known = drops.get(drop.id);
  if (known) {
    known.value = drop;
    return known;
  }
  const made = signal(drop);
  drops.set(drop.id, made);
  return made;
}

/** Takes a drop out of an answer, as far as it is newer than what is known. */
export function learnDrop(drop: Drop): Signal<Drop> {
  const known = drops.get(drop.id);
  if (!known || !connection.tellsOf(drop.id)) return rememberDrop(drop);
  const { state, remaining, stock, waitingLine, waiting, lastGrantedArrival, opensAt, closesAt, version } =
    known.peek();
  const isOlder = version === toldVersions.get(drop.id) && drop.version !== version;
  if (isOlder) return known;
  const counts = { state, remaining, stock, waitingLine, waiting, lastGrantedArrival };
  return rememberDrop({ ...drop, ...counts, opensAt, closesAt });
}

export async function loadDrop(id: string): Promise<Signal<Drop>> {
  const sentAt = performance.now();
  const { serverTime, ...drop } = await request<Drop & { serverTime: string }>(`/v1/drops/${encodeURIComponent(id)}`);
  learnTime(serverTime, sentAt, performance.now());
  return learnDrop(drop as Drop);
}

export async function loadDrops(cursor: string | null): Promise<Page<Signal<Drop>>> {
  const query = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  const page = await request<Page<Drop>>(`/v1/drops?limit=30${query}`);
  return { items: page.items.map(learnDrop), next: page.next };
}

export function startDrops(): void {
  connection.onMessage((message) => {
    if (message.type === 'drop') applyLive(message);
    else if (message.type === 'error' && message.code === 'drop_not_found') applyGone(message.dropId ?? '');
  });
}

/**
 * A refusal tells the drop's state sooner than the next live message: without it the button would become active for a
 * moment after "sold out". The next message of the drop has the last word, as units may come back. Only for answers of this
 * moment: one that was repeated may be older than what is known.
 */
export function tellOutcome({ dropId, outcome }: ClaimAnswer): void {
  const known = drops.get(dropId);
  if (!known) return;
  if (outcome === 'sold_out') known.value = { ...known.value, state: 'sold_out', remaining: 0 };
  else if (outcome === 'closed') known.value = { ...known.value, state: 'closed' };
}

function applyLive(live: LiveDrop): void {
  const known = drops.get(live.dropId);
  if (!known) return;
  const { state, remaining, stock, waitingLine, waiting, lastGrantedArrival, opensAt, closesAt } = live;
  const counts = { state, remaining, stock, waitingLine, waiting, lastGrantedArrival };
  known.value = { ...known.value, ...counts, opensAt, closesAt };
  if (live.version === undefined) return;
  toldVersions.set(live.dropId, live.version);
  if (isOutdated(live.dropId) && !renewing.has(live.dropId)) renew(live.dropId, 0);
}

/** It was deleted, which only happens to drops that nobody has claimed: to whoever looks at it, it does not take place. */
function applyGone(dropId: string): void {
  const known = drops.get(dropId);
  if (known) known.value = { ...known.value, state: 'cancelled' };
}

const toldVersions = new Map<string, string>();
const renewing = new Set<string>();

/** Nobody agrees to terms that they have not seen: changed ones are asked for, not by everybody at once, but before the opening. */
function renew(dropId: string, attempt: number): void {
  renewing.add(dropId);
  const untilOpening = Date.parse(drops.get(dropId)?.value.opensAt ?? '') - serverNow();
  const spreadMs = untilOpening > 0 ? Math.min(renewMsMax, untilOpening / 2) : renewMsMax;
  setTimeout(
    async () => {
      await loadDrop(dropId).catch(() => undefined);
      // Another gateway may know of the change a moment later.
      if (isOutdated(dropId) && attempt + 1 < renewalsMax) return renew(dropId, attempt + 1);
      renewing.delete(dropId);
    },
    attempt === 0 ? Math.random() * spreadMs : backoffMilliseconds(attempt),
  );
}

function isOutdated(dropId: string): boolean {
  return drops.get(dropId)?.value.version !== toldVersions.get(dropId);
}
