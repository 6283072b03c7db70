/** What drops store. The row belongs to the ledger: who changes it locks it first, and writes a log entry in the same transaction. */
import type { Database, Queryable } from '../database/database.ts';
import { invalidField, Problem } from '../http/problem.ts';
import type { ClaimRequest } from '../ledger/ledger.ts';
import { append } from '../ledger/log.ts';
import { nameable } from '../pictures/store.ts';
import { type Discount, type Drop, type DropKind, type DropState, versionOf, viewOf } from './drop.ts';
import { amendedTerms, type DropInput, type DropTerms } from './terms.ts';

interface DropRow {
  id: string;
  kind: DropKind;
  title: string;
  description: string;
  image_url: string | null;
  stock: number;
  per_user_limit: number;
  opens_at: Date;
  closes_at: Date | null;
  cancelled_at: Date | null;
  waiting_line: boolean;
  price: string | null;
  currency: string | null;
  hold_minutes: number | null;
  hold_seconds: number | null;
  discount_percent: number | null;
  discount_amount: string | null;
  valid_until: Date | null;
  valid_for_days: number | null;
  created_at: Date;
  granted: number;
  waiting: number;
  last_granted_arrival: string | null;
  entries: string;
}

/** The columns of a drop's terms with their values, in the order of the statements below. */
const TERMS: readonly [column: string, value: (terms: DropTerms) => unknown][] = [
  ['kind', (terms) => terms.kind],
  ['title', (terms) => terms.title],
  ['description', (terms) => terms.description],
  ['image_url', (terms) => terms.imageUrl],
  ['stock', (terms) => terms.stock],
  ['per_user_limit', (terms) => terms.perUserLimit],
  ['opens_at', (terms) => new Date(terms.opensAtMs)],
  ['closes_at', (terms) => (terms.closesAtMs === null ? null : new Date(terms.closesAtMs))],
  ['waiting_line', (terms) => terms.waitingLine],
  ['price', (terms) => terms.price],
  ['currency', (terms) => terms.currency],
  // In whole minutes for processes of the version before; the seconds are what counts.
  ['hold_minutes', ({ holdSeconds }) => (holdSeconds === null ? null : Math.ceil(holdSeconds / 60))],
  ['hold_seconds', (terms) => terms.holdSeconds],
  ['discount_percent', ({ discount }) => (discount && 'percent' in discount ? discount.percent : null)],
  ['discount_amount', ({ discount }) => (discount && 'amount' in discount ? discount.amount : null)],
  ['valid_until', (terms) => (terms.validUntilMs === null ? null : new Date(terms.validUntilMs))],
  ['valid_for_days', (terms) => terms.validForDays],
];
const COLUMNS = TERMS.map(([column]) => column).join(', ');
const PLACES = TERMS.map((_, index) => `$${index + 1}`).join(', ');

const INSERT = `insert into drops (${COLUMNS}) values (${PLACES}) returning *`;
const UPDATE = `update drops set (${COLUMNS}) = (${PLACES}) where id = $${TERMS.length + 1}`;
const LOCK = 'select * from drops where id = $1 for update';

const valuesOf = (terms: DropTerms): unknown[] => TERMS.map(([, value]) => value(terms));

export async function createDrop(database: Database, terms: DropTerms): Promise<Drop> {
  return database.transaction((transaction) => insertDrop(transaction, terms));
}

/** Who asks for a drop, and by which key of theirs. */
export interface DropRequest {
  readonly accountId: string;
  readonly requestId: string;
}

const TAKE_REQUEST =
  'insert into drop_requests (account_id, request_id) values ($1, $2) on conflict do nothing returning 1';
const KEEP_ANSWER = 'update drop_requests set drop_id = $3 where account_id = $1 and request_id = $2';
const KNOWN_ANSWER = 'select drop_id from drop_requests where account_id = $1 and request_id = $2';

/** `isNew`: there is an entry of it that nobody has been told of. What a repeat finds is no news: its last entry may be somebody else's, and not heard of yet. */
export interface Written {
  readonly drop: Drop;
  readonly isNew: boolean;
}

/**
 * The same request makes one drop, however often it comes and at however many gateways at once: the second waits for the first, and gets its drop as that
 * is now. `terms` are asked for only when it is made; what they throw leaves nothing behind. `drop_not_found`: it was made, and deleted since.
 */
export async function createDropOnce(
  database: Database,
  { accountId, requestId }: DropRequest,
  terms: () => DropTerms,
): Promise<Written> {
  return database.transaction(async (transaction) => {
    const request = [accountId, requestId];
    const [isFirst] = await transaction.query(TAKE_REQUEST, request);
    if (isFirst) {
      const made = await insertDrop(transaction, terms());
      await transaction.query(KEEP_ANSWER, [...request, made.id]);
      return { drop: made, isNew: true };
    }
    const [known] = await transaction.query<{ drop_id: string }>(KNOWN_ANSWER, request);
    const drop = known && (await dropById(transaction, known.drop_id));
    if (drop === undefined) throw new Problem('drop_not_found');
    return { drop, isNew: false };
  });
}

async function insertDrop(transaction: Queryable, terms: DropTerms): Promise<Drop> {
  await namePicture(transaction, terms);
  const [row] = await transaction.query<DropRow>(INSERT, valuesOf(terms));
  const drop = toDrop(row as DropRow);
  const { id } = drop;
  const { stock, perUserLimit, opensAt, closesAt, waitingLine } = viewOf(drop, drop.opensAtMs);
  await transaction.query('insert into herald_positions (drop_id, number) values ($1, 0)', [id]);
  await append(transaction, id, 'created', { stock, perUserLimit, opensAt, closesAt, waitingLine });
  return (await dropById(transaction, id)) as Drop;
}

async function namePicture(transaction: Queryable, { imageUrl }: DropTerms): Promise<void> {
  if (!(await nameable(transaction, imageUrl))) throw invalidField('imageUrl', 'is a picture that is not here');
}

/** Changes a drop under its lock, where nothing can be granted meanwhile. Throws `drop_not_found` and what `amendedTerms` throws. */
export async function amendDrop(database: Database, id: string, input: DropInput, nowMs: () => number): Promise<Drop> {
  return database.transaction(async (transaction) => {
    const drop = await lockDrop(transaction, id);
    const terms = amendedTerms(drop, input, nowMs());
    if (terms.imageUrl !== drop.imageUrl) await namePicture(transaction, terms);
    await transaction.query(UPDATE, [...valuesOf(terms), id]);
    await append(transaction, id, 'amended', { changes: input });
    return (await dropById(transaction, id)) as Drop;
  });
}

/** No more claims; what was granted stays. Cancelling twice is the same as once. */
export async function cancelDrop(database: Database, id: string): Promise<Written> {
  return database.transaction(async (transaction) => {
    const drop = await lockDrop(transaction, id);
    if (drop.cancelled) return { drop, isNew: false };
    await transaction.query('update drops set cancelled_at = clock_timestamp() where id = $1', [id]);
    await append(transaction, id, 'cancelled', {});
    return { drop: (await dropById(transaction, id)) as Drop, isNew: true };
  });
}

/** Only a drop that nobody has claimed may vanish: the ledger forgets nothing. Throws `drop_not_found` and `drop_has_grants`. */
export async function deleteDrop(database: Database, id: string): Promise<void> {
  await database.transaction(async (transaction) => {
    await lockDrop(transaction, id);
    const [claimed] = await transaction.query('select from claims where drop_id = $1 limit 1', [id]);
    if (claimed) throw new Problem('drop_has_grants', { detail: 'People have claimed this drop: cancel it instead' });
    await transaction.query('delete from log_entries where drop_id = $1', [id]);
    await transaction.query('delete from relay_positions where drop_id = $1', [id]);
    await transaction.query('delete from herald_positions where drop_id = $1', [id]);
    await transaction.query('delete from announcements where drop_id = $1', [id]);
    await transaction.query('delete from interests where drop_id = $1', [id]);
    await transaction.query('delete from drops where id = $1', [id]);
  });
}

export async function dropById(database: Queryable, id: string): Promise<Drop | undefined> {
  const [row] = await database.query<DropRow>('select * from drops where id = $1', [id]);
  return row && toDrop(row);
}

/** By id; those that there are not are missing. */
export async function dropsById(database: Queryable, ids: readonly string[]): Promise<Map<string, Drop>> {
  const rows = await database.query<DropRow>('select * from drops where id = any($1::bigint[])', [ids]);
  return new Map(rows.map((row) => [row.id, toDrop(row)]));
}

/** A drop together with the claims that its log tells of after an entry; both as of one moment, so that the claims are all there are up to `drop.entries`. */
export interface DropWithClaims {
  readonly drop: Drop;
  readonly claims: readonly ClaimRequest[];
}

const WITH_CLAIMS = `
  select d.*, array(
    select json_build_array(l.body -> 'userIds', l.body -> 'requestIds')::text
    from log_entries l where l.drop_id = d.id and l.number > $2 and l.kind = 'claims') as claims
  from drops d where d.id = $1`;

/** `afterEntry`: 0 for all claims. Undefined for an unknown drop. */
export async function dropWithClaims(
  database: Queryable,
  id: string,
  afterEntry: number,
): Promise<DropWithClaims | undefined> {
  const [row] = await database.query<DropRow & { claims: string[] }>(WITH_CLAIMS, [id, afterEntry]);
  if (row === undefined) return undefined;
  const claims = row.claims.flatMap((text) => {
    const [userIds, requestIds] = JSON.parse(text) as [string[], string[]];
    return userIds.map((userId, place) => ({ userId, requestId: requestIds[place] ?? '' }));
  });
  return { drop: toDrop(row), claims };
}

/**
 * Resolves when every decision on this drop that was begun before is committed or undone: each holds the row until then. True when the drop had closed by
 * the database's clock before that, so that no later decision can grant anything.
 */
export async function awaitDecisions(database: Queryable, id: string): Promise<boolean> {
  const [row] = await database.query<{ closed: boolean | null }>(
    'select closes_at <= clock_timestamp() as closed from drops where id = $1 for share',
    [id],
  );
  return row?.closed === true;
}

/** How many log entries each of these drops has; deleted ones are missing. */
export async function entriesOf(database: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; entries: string }>(
    'select id, entries from drops where id = any($1)',
    [ids],
  );
  return new Map(rows.map(({ id, entries }) => [id, Number(entries)]));
}

export async function hasDrops(database: Queryable): Promise<boolean> {
  const [row] = await database.query('select from drops limit 1');
  return row !== undefined;
}

export interface DropFilter {
  readonly kind?: DropKind;
  readonly state?: DropState;
  readonly offset: number;
  readonly limit: number;
}

/**
 * A drop's state by the database's clock, as `stateOf` says it, at the beginning of the statement: of a clock that goes on meanwhile, PostgreSQL would read whole drops, words and all, before it
 * looked at which are wanted.
 */
export const STATE = `case
  when cancelled_at is not null then 'cancelled'
  when statement_timestamp() < opens_at then 'scheduled'
  when closes_at <= statement_timestamp() then 'closed'
  when granted + waiting_in(drops) >= stock then 'sold_out'
  else 'open' end`;

/** What can be claimed first (open, then soonest to open), then what is over, the latest first. All are put in order, but only those of the page are read with their words. */
const LIST = `
  with stated as (
    select id, opens_at, ${STATE} as state from drops where $1::text is null or kind = $1
  ), page as (
    select id, row_number() over (
      order by array_position(array['open', 'scheduled', 'sold_out', 'closed', 'cancelled'], state),
               case when state = 'scheduled' then opens_at end, opens_at desc, id desc) as place
    from stated where $2::text is null or state = $2
    order by place limit $3 offset $4
  )
  select d.* from page cross join lateral (select * from drops where id = page.id offset 0) d order by place`;

export async function listDrops(database: Queryable, filter: DropFilter): Promise<Drop[]> {
  const rows = await database.query<DropRow>(LIST, [
    filter.kind ?? null,
    filter.state ?? null,
    filter.limit,
    filter.offset,
  ]);
  return rows.map(toDrop);
}

async function lockDrop(transaction: Queryable, id: string): Promise<Drop> {
  const [row] = await transaction.query<DropRow>(LOCK, [id]);
  if (row === undefined) throw new Problem('drop_not_found');
  return toDrop(row);
}

function toDrop(row: DropRow): Drop {
  const drop = {
    id: row.id,
    kind: row.kind,
    title: row.title,
    description: row.description,
    imageUrl: row.image_url,
    stock: row.stock,
    perUserLimit: row.per_user_limit,
    opensAtMs: row.opens_at.getTime(),
    closesAtMs: row.closes_at?.getTime() ?? null,
    cancelled: row.cancelled_at !== null,
    waitingLine: row.waiting_line,
    createdAtMs: row.created_at.getTime(),
    price: row.price === null ? null : Number(row.price),
    currency: row.currency,
    holdSeconds: row.hold_seconds ?? (row.hold_minutes === null ? null : row.hold_minutes * 60),
    discount: discountOf(row.discount_percent, row.discount_amount, row.currency),
    validUntilMs: row.valid_until?.getTime() ?? null,
    validForDays: row.valid_for_days,
    granted: row.granted,
    waiting: row.waiting_line ? row.waiting : 0,
    lastGrantedArrival: row.last_granted_arrival === null ? null : Number(row.last_granted_arrival),
    entries: Number(row.entries),
  };
  return { ...drop, version: versionOf(drop) };
}

/** The discount that the columns hold; also for coupons, which join the drop's row. */
export function discountOf(percent: number | null, amount: string | null, currency: string | null): Discount | null {
  if (percent !== null) return { percent };
  if (amount !== null && currency !== null) return { amount: Number(amount), currency };
  return null;
}
