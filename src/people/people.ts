/**
 * Who is in a drop, for administrators: each claim with its person, the place in line and the unit that came of it.
 *
 *   holders   by serial: along the key of the grants
 *   waiting   head first: along the index of the line. Positions are counted from the head while one pages; a cursor knows how many stood before it
 *   refused   by arrival, without those whom the line has given a unit since
 *   all       by arrival
 *   a name    all claims of one person, by arrival: along the key of the claims
 *
 * Claims have no index by arrival: the hot minute would pay for it. Sorting those of a large drop takes too long where one connection serves the sale and this list, and would be
 * done again for each page (300,000 claims, on two busy cores: 160 to 390 ms embedded, 60 to 170 ms in PostgreSQL). But the drop's log tells all claims in the order of their
 * arrival, and its key finds the entry with which a page begins, so that what stands before it and after it costs nothing (a page: 31 and 36 ms there, in two statements; 5 when
 * nobody else works).
 *
 * What is rare has to be looked for: the first refusal behind a hundred thousand wins, a unit that was given back among as many that were not. That is done in short statements, so
 * that no sale is held up, and not for ever (database/look-through.ts): a page may be shorter than it might be, and says where it goes on.
 */
import type { Queryable } from '../database/database.ts';
import { type Looked, lookThrough } from '../database/look-through.ts';
import type { GrantState } from '../grants/grant.ts';
import { placeOf } from '../line/store.ts';
import { claimsOf, extentOf, holdersIn, lineAfter, loggedIn, type PersonInDrop } from './store.ts';

export const GROUPS = ['holders', 'waiting', 'refused', 'all'] as const;
export type Group = (typeof GROUPS)[number];

export interface PeopleFilter {
  readonly who: Group;
  /** Of the units that were granted. */
  readonly state?: GrantState;
  /** In capital or small letters; then all claims of this person, whoever was asked for. */
  readonly username?: string;
  /** A place of the same list, as `next` gave it. */
  readonly after?: readonly string[];
  readonly limit: number;
}

export interface People {
  readonly people: readonly PersonInDrop[];
  /** Where the list goes on, or null at its end. */
  readonly next: readonly (string | number)[] | null;
}

/** How many digits each part of a list's place may have. */
export function placeDigits({ who, username }: Pick<PeopleFilter, 'who' | 'username'>): readonly number[] {
  if (username !== undefined) return [18];
  return { holders: [9], waiting: [18, 9], refused: [18, 18], all: [18, 18] }[who];
}

export async function peopleIn(database: Queryable, dropId: string, filter: PeopleFilter): Promise<People> {
  if (filter.username !== undefined) return claimsOfPerson(database, dropId, { ...filter, username: filter.username });
  if (filter.who === 'holders') return holders(database, dropId, filter);
  if (filter.who === 'waiting') return line(database, dropId, filter);
  return logged(database, dropId, filter);
}

async function claimsOfPerson(
  database: Queryable,
  dropId: string,
  { username, state, after, limit }: PeopleFilter & { readonly username: string },
): Promise<People> {
  const found = await claimsOf(database, dropId, {
    username,
    state,
    afterArrival: after?.[0] ?? '0',
    limit: limit + 1,
  });
  const { people, next } = page(found, limit, ({ arrival }) => [arrival]);
  const waiting = people.find(({ line: place }) => place?.state === 'waiting');
  const place = waiting && (await placeOf(database, dropId, waiting.person.id));
  if (waiting === undefined || place === undefined) return { people, next };
  const placed = { ...waiting, line: { state: 'waiting', position: place.position } } as const;
  return { people: people.map((person) => (person === waiting ? placed : person)), next };
}

async function line(database: Queryable, dropId: string, { after, limit }: PeopleFilter): Promise<People> {
  const [afterArrival = '0', before = '0'] = after ?? [];
  const found = await lineAfter(database, dropId, { afterArrival, before: Number(before), limit: limit + 1 });
  return page(found, limit, ({ arrival, line: place }) => [arrival, place?.position ?? 0]);
}

async function holders(database: Queryable, dropId: string, { state, after, limit }: PeopleFilter): Promise<People> {
  const { serials } = await extentOf(database, dropId);
  const first = Number(after?.[0] ?? 0) + 1;
  const { found, reached } = await lookAlong(first, serials, limit + 1, (from, to, wanted) =>
    holdersIn(database, dropId, { state, from, to, limit: wanted }),
  );
  const { people, next } = page(found, limit, ({ grant }) => [grant?.serial ?? 0]);
  return { people, next: next ?? (reached === null ? null : [reached]) };
}

async function logged(database: Queryable, dropId: string, { who, after, limit }: PeopleFilter): Promise<People> {
  const { entries } = await extentOf(database, dropId);
  const [entry = '1', afterArrival = '0'] = after ?? [];
  const { found, reached } = await lookAlong(Number(entry), entries, limit + 1, (from, to, wanted) =>
    loggedIn(database, dropId, { refused: who === 'refused', afterArrival, from, to, limit: wanted }),
  );
  const { people, next } = page(found, limit, (person) => [person.entry ?? 0, person.arrival]);
  return { people, next: next ?? (reached === null ? null : [reached + 1, 0]) };
}

/** By numbers, serials or entries. */
function lookAlong(
  first: number,
  last: number,
  wanted: number,
  look: (from: number, to: number, limit: number) => Promise<{ found: PersonInDrop[]; reached: number }>,
): Promise<Looked<PersonInDrop, number>> {
  return lookThrough(first - 1, wanted, async (after, window, limit) => {
    if (after >= last) return { found: [], reached: null };
    const { found, reached } = await look(after + 1, Math.min(last, after + window), limit);
    return { found, reached: reached < last ? reached : null };
  });
}

/** One more than a page was asked for, so that it is known whether there are more. */
function page(
  found: readonly PersonInDrop[],
  limit: number,
  placeOfLast: (person: PersonInDrop) => readonly (string | number)[],
): People {
  const people = found.slice(0, limit);
  const last = people.at(-1);
  return { people, next: found.length > limit && last ? placeOfLast(last) : null };
}
