/** What the herald reads, and how far it has read. */
import type { Queryable } from '../database/database.ts';
import type { GrantPlace, LedgerGrant } from '../ledger/grant-ledger.ts';
import { readGrant } from '../ledger/grant-ledger.ts';
import { type PaymentState, readPayment, type StoredPayment } from '../payments/payment.ts';
import type { PaymentChange } from './payment-tidings.ts';
import type { ReturnsHeard } from './stock.ts';

const BEHIND = `
  select d.id, h.drop_id is null as new from drops d left join herald_positions h on h.drop_id = d.id
  where d.entries > coalesce(h.number, 0) and d.id <> all($2::bigint[]) limit $1`;
/** In one order, and in a statement of its own: two that start the same drops neither wait for each other's transactions nor lock each other out. */
const START = `
  insert into herald_positions (drop_id, number) select id, 0 from drops where id = any($1::bigint[]) order by id on conflict do nothing`;

/** Drops whose logs have entries that nobody has heard of, but for these. */
export async function dropsBehind(database: Queryable, butFor: readonly string[], limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string; new: boolean }>(BEHIND, [limit, butFor]);
  // Drops have a position from the first, unless a process of the last version has made them.
  const news = rows.filter((row) => row.new).map(({ id }) => id);
  if (news.length > 0) await database.query(START, [news]);
  return rows.map(({ id }) => id);
}

const TAKE = `
  select drop_id, number, people, sold_out from herald_positions
  where drop_id = any($1::bigint[]) order by drop_id for update skip locked`;
const THERE = 'select drop_id from herald_positions where drop_id = any($1::bigint[])';

export interface Position {
  readonly dropId: string;
  /** The last entry that was told to all whom it concerns. */
  readonly number: number;
  /** Of the entry after that, so many of its people have been told. */
  readonly people: number;
  /** What was last said of the drop's stock. */
  readonly soldOut: boolean;
}

/** Takes those of the drops that no other herald has in its hands, until the end of the transaction. `busy`: those that another has. */
export async function takePositions(
  transaction: Queryable,
  dropIds: readonly string[],
): Promise<{ positions: Position[]; busy: string[] }> {
  const rows = await transaction.query<{ drop_id: string; number: string; people: number; sold_out: boolean }>(TAKE, [
    dropIds,
  ]);
  const byDrop = new Map(rows.map((row) => [row.drop_id, row]));
  const missing = dropIds.filter((dropId) => !byDrop.has(dropId));
  const there = missing.length > 0 ? await transaction.query<{ drop_id: string }>(THERE, [missing]) : [];
  return {
    // In the order in which they were heard of.
    positions: dropIds.flatMap((dropId) => {
      const row = byDrop.get(dropId);
      return row ? [{ dropId, number: Number(row.number), people: row.people, soldOut: row.sold_out }] : [];
    }),
    busy: there.map(({ drop_id: dropId }) => dropId),
  };
}

const MOVE = `
  update herald_positions h set number = p.number, people = p.people, sold_out = p.sold_out
  from unnest($1::bigint[], $2::bigint[], $3::integer[], $4::boolean[]) as p (drop_id, number, people, sold_out)
  where h.drop_id = p.drop_id`;

export async function movePositions(transaction: Queryable, positions: readonly Position[]): Promise<void> {
  await transaction.query(MOVE, [
    positions.map(({ dropId }) => dropId),
    positions.map(({ number }) => number),
    positions.map(({ people }) => people),
    positions.map(({ soldOut }) => soldOut),
  ]);
}

/** Of large entries few are read: more than that many bytes are not, but for the first. */
const BYTES_MAX = 128 * 1024;
const ENTRIES = `
  select p.drop_id, e.number, e.kind, e.body
  from unnest($1::bigint[], $2::bigint[]) with ordinality as p (drop_id, number, place)
  cross join lateral (
    select number, kind, body, sum(pg_column_size(body)) over (order by number) - pg_column_size(body) as bytes_before
    from (select number, kind, body from log_entries l where l.drop_id = p.drop_id and l.number > p.number order by number limit $3) l) e
  where e.bytes_before < ${BYTES_MAX}
  order by p.place, e.number`;

export interface Entry {
  readonly dropId: string;
  readonly number: number;
  readonly kind: string;
  readonly body: Record<string, unknown>;
}

/** The next entries of each drop, in their order. */
export async function entriesAfter(
  transaction: Queryable,
  positions: readonly Position[],
  limit: number,
): Promise<Entry[]> {
  const rows = await transaction.query<{ drop_id: string; number: string } & Pick<Entry, 'kind' | 'body'>>(ENTRIES, [
    positions.map(({ dropId }) => dropId),
    positions.map(({ number }) => number),
    limit,
  ]);
  return rows.map(({ drop_id: dropId, number, kind, body }) => ({ dropId, number: Number(number), kind, body }));
}

const NEXT = 'select number + 1 as next from herald_positions where drop_id = $1';

/** The number of the entry that is to be told next. */
export async function nextEntryOf(database: Queryable, dropId: string): Promise<number> {
  const [row] = await database.query<{ next: string }>(NEXT, [dropId]);
  return Number(row?.next ?? 0);
}

const GRANTS = `
  select grant_json(g) as grant from unnest($1::bigint[], $2::integer[]) as r (drop_id, serial)
  cross join lateral (select * from grants where drop_id = r.drop_id and serial = r.serial offset 0) g`;

export async function grantsAt(transaction: Queryable, places: readonly GrantPlace[]): Promise<LedgerGrant[]> {
  if (places.length === 0) return [];
  const rows = await transaction.query<{ grant: LedgerGrant }>(GRANTS, [
    places.map(({ dropId }) => dropId),
    places.map(({ serial }) => serial),
  ]);
  return rows.map(({ grant }) => readGrant(grant));
}

/** Locked: whoever is telling one of them is waited for, so that who has heard of it is known. */
const RETURNS = `
  select drop_id, due_at, state = 'told' or after_user_id > 0 as heard from announcements
  where drop_id = any($1::bigint[]) and type = 'back_in_stock' order by id for update`;
const NO_RETURNS: ReturnsHeard = { latest: true, lastAtMs: null };

/** What has become of the returns of these drops' stock that were announced. */
export async function returnsHeard(
  transaction: Queryable,
  dropIds: readonly string[],
): Promise<(dropId: string) => ReturnsHeard> {
  const returns = new Map<string, ReturnsHeard>();
  const rows =
    dropIds.length > 0
      ? await transaction.query<{ drop_id: string; due_at: Date; heard: boolean }>(RETURNS, [dropIds])
      : [];
  for (const { drop_id: dropId, due_at: dueAt, heard } of rows) {
    const { lastAtMs } = returns.get(dropId) ?? NO_RETURNS;
    returns.set(dropId, { latest: heard, lastAtMs: heard ? Math.max(lastAtMs ?? 0, dueAt.getTime()) : lastAtMs });
  }
  return (dropId) => returns.get(dropId) ?? NO_RETURNS;
}

const UNTOLD_PAYMENTS = `
  select payment_id from (select id, payment_id from payment_changes where payment_id <> all($1) order by id limit $2) c
  group by payment_id order by min(id)`;
/** One herald at a time, so that what becomes of one payment is told in the order in which it happened. Any number will do: the letters "paid". */
const ALONE = `select pg_try_advisory_xact_lock(${0x70616964}) as alone`;
const CHANGES = `
  with taken as (
    delete from payment_changes where id in (select id from payment_changes where payment_id = any($1) order by id limit $2)
    returning id, payment_id, state)
  select t.state as became, payment_json(p, g, clock_timestamp()) as payment, grant_json(g) as slot
  from taken t
  cross join lateral (select * from payments where id = t.payment_id offset 0) p
  cross join lateral (select * from grants where drop_id = p.drop_id and serial = p.serial offset 0) g
  order by t.id`;

/** Payments that have changed since the last time, the longest ago first, but for these. A look that finds nothing costs next to nothing. */
export async function untoldPayments(database: Queryable, butFor: readonly string[], limit: number): Promise<string[]> {
  const rows = await database.query<{ payment_id: string }>(UNTOLD_PAYMENTS, [butFor, limit]);
  return rows.map(({ payment_id: paymentId }) => paymentId);
}

/** Takes what has become of these payments since the last time: with this transaction it is told. */
export async function takePaymentChanges(
  transaction: Queryable,
  paymentIds: readonly string[],
  limit: number,
): Promise<PaymentChange[]> {
  const [lock] = await transaction.query<{ alone: boolean }>(ALONE);
  if (lock?.alone !== true) return [];
  const rows = await transaction.query<{ became: PaymentState; payment: StoredPayment; slot: LedgerGrant }>(CHANGES, [
    paymentIds,
    limit,
  ]);
  return rows.map(({ became, payment, slot }) => ({
    became,
    payment: readPayment(payment),
    slot: readGrant(slot),
  }));
}
