/** The list of drops in three parts, each of them asked for by itself: however much has ended, what comes is seen at once. */
import type { Signal } from '@preact/signals';
import type { Drop, DropKind, DropState } from '../../drops/drop.ts';
import { learnDrop } from '../../drops/drop-store.ts';
import { type Page, request } from '../../http/request.ts';

/** In this order. What is sold out is still going on: slots are paid, units come back. */
const statesOf = {
  live: ['open', 'sold_out'],
  coming: ['scheduled'],
  ended: ['closed', 'cancelled'],
} as const satisfies Record<string, readonly DropState[]>;

export type Section = keyof typeof statesOf;
export const sections = Object.keys(statesOf) as Section[];

const pageSize = 20;

/** Goes on from one state to the next within a page. The cursor says in which state it is. */
export async function loadSection(
  section: Section,
  kind: DropKind | '',
  cursor: string | null,
): Promise<Page<Signal<Drop>>> {
  const states = statesOf[section];
  const items: Signal<Drop>[] = [];
  let [place, inner] = readCursor(cursor);
  for (let state = states[place]; state !== undefined && items.length < pageSize; state = states[place]) {
    const query = new URLSearchParams({ state, limit: String(pageSize) });
    if (kind !== '') query.set('kind', kind);
    if (inner !== null) query.set('cursor', inner);
    const page = await request<Page<Drop>>(`/v1/drops?${query}`);
    items.push(...page.items.map(learnDrop));
    inner = page.next;
    if (inner !== null) break;
    place += 1;
  }
  return { items, next: place < states.length ? `${place} ${inner ?? ''}` : null };
}

function readCursor(cursor: string | null): [place: number, inner: string | null] {
  const [place = '0', inner = ''] = (cursor ?? '0 ').split(' ');
  return [Number(place), inner === '' ? null : inner];
}
