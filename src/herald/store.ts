/** What the herald reads, and how far it has read. */
import type { Queryable } from '../database/database.ts';
import type { GrantPlace, LedgerGrant } from '../ledger/grant-ledger.ts';
import { readGrant } from '../ledger/grant-ledger.ts';
import { type PaymentState, readPayment, type StoredPayment } from '../payments/payment.ts';
import type { PaymentChange } from './payment-tidings.ts';
import type { StockTold } from './stock.ts';

const BEHIND = `
  select d.id from drops d left join herald_positions h on h.drop_id = d.id
  where d.entries > coalesce(h.number, 0) limit $1`;

/** Drops whose logs have entries that nobody has heard of. */
export async function dropsBehind(database: Queryable, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(BEHIND, [limit]);
  return rows.map(({ id }) => id);
}

const START = 'insert into herald_positions (drop_id, number) select unnest($1::bigint[]), 0 on conflict do nothing';
const TAKE = `
  select drop_id, number, sold_out, back_in_stock_at from herald_positions
  where drop_id = any($1::bigint[]) order by drop_id for update skip locked`;

export interface Position {
  readonly dropId: string;
  /** The last entry that was read. */
  readonly number: number;
  readonly told: StockTold;
}

/** Takes those of the drops that no other herald has in its hands, until the end of the transaction. */
export async function takePositions(transaction: Queryable, dropIds: readonly string[]): Promise<Position[]> {
  await transaction.query(START, [dropIds]);
  const rows = await transaction.query<{
    drop_id: string;
    number: string;
    sold_out: boolean;
    back_in_stock_at: Date | null;
  }>(TAKE, [dropIds]);
  return rows.map((row) => ({
    dropId: row.drop_id,
    number: Number(row.number),
    told: { soldOut: row.sold_out, backInStockAtMs: row.back_in_stock_at?.getTime() ?? null },
  }));
}

const MOVE = `
  update herald_positions h set number = p.number, sold_out = p.sold_out, back_in_stock_at = p.back_in_stock_at
  from unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::timestamptz[]) as p (drop_id, number, sold_out, back_in_stock_at)
  where h.drop_id = p.drop_id`;

export async function movePositions(transaction: Queryable, positions: readonly Position[]): Promise<void> {
  await transaction.query(MOVE, [
    positions.map(({ dropId }) => dropId),
    positions.map(({ number }) => number),
    positions.map(({ told }) => told.soldOut),
    positions.map(({ told: { backInStockAtMs } }) => backInStockAtMs && new Date(backInStockAtMs).toISOString()),
  ]);
}

const ENTRIES = `
  select p.drop_id, e.number, e.kind, e.body
  from unnest($1::bigint[], $2::bigint[]) as p (drop_id, number)
  cross join lateral (
    select number, kind, body from log_entries l where l.drop_id = p.drop_id and l.number > p.number order by number limit $3) e
  order by p.drop_id, e.number`;

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

const CHANGED = 'select from payment_changes limit 1';
/** One herald at a time, so that what becomes of one payment is told in the order in which it happened. Any number will do: the letters "paid". */
const ALONE = `select pg_try_advisory_xact_lock(${0x70616964}) as alone`;
const CHANGES = `
  with taken as (delete from payment_changes where id in (select id from payment_changes order by id limit $1) returning id, payment_id, state)
  select t.state as became, payment_json(p, g, clock_timestamp()) as payment, grant_json(g) as slot
  from taken t
  cross join lateral (select * from payments where id = t.payment_id offset 0) p
  cross join lateral (select * from grants where drop_id = p.drop_id and serial = p.serial offset 0) g
  order by t.id`;

export async function hasPaymentChanges(database: Queryable): Promise<boolean> {
  return (await database.query(CHANGED)).length > 0;
}

/** Takes what has become of payments since the last time: with this transaction it is told. */
export async function takePaymentChanges(transaction: Queryable, limit: number): Promise<PaymentChange[]> {
  const [lock] = await transaction.query<{ alone: boolean }>(ALONE);
  if (lock?.alone !== true) return [];
  const rows = await transaction.query<{ became: PaymentState; payment: StoredPayment; slot: LedgerGrant }>(CHANGES, [
    limit,
  ]);
  return rows.map(({ became, payment, slot }) => ({
    became,
    payment: readPayment(payment),
    slot: readGrant(slot),
  }));
}
