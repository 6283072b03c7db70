/** Payments as they are read, and what is written of them without a decision of the ledger: when to look next, and that one has ended with its slot. */
import type { Queryable } from '../database/database.ts';
import type { DropKind } from '../drops/drop.ts';
import type { GrantPlace } from '../ledger/grant-ledger.ts';
import { readPayment, type StoredPayment } from './payment.ts';

const PAYMENT_ID = /^[\w-]{1,64}$/;

type Reader = Pick<Queryable, 'query'>;

interface PaymentRow {
  readonly payment: StoredPayment;
}

const PAYMENTS = `
  select payment_json(p, g, clock_timestamp()) as payment
  from payments p join grants g on g.drop_id = p.drop_id and g.serial = p.serial`;

const ONE = `${PAYMENTS} where p.id = $1 and p.user_id = $2`;
const BY_REQUEST = `${PAYMENTS} where p.drop_id = $1 and p.serial = $2 and p.user_id = $3 and p.request_id = $4`;

/** Of a row `p`: where a list stands with it, to the microsecond. */
export const PAYMENT_MICROS = '(extract(epoch from p.created_at) * 1000000)::bigint';

const LIST = `
  ${PAYMENTS.replace('select', `select ${PAYMENT_MICROS} as micros,`)}
  where p.user_id = $1
    and ($2::bigint is null or p.drop_id = $2 and p.serial = $3::int)
    and ($4::bigint is null or (p.created_at, p.id) < ('epoch'::timestamptz + $4 * interval '1 microsecond', $5))
  order by p.created_at desc, p.id desc
  limit $6`;

const SLOT = `
  select d.kind, d.title, d.price as amount, d.currency
  from grants g join drops d on d.id = g.drop_id
  where g.drop_id = $1 and g.serial = $2 and g.user_id = $3`;

/** What is to be paid for a grant of this user. What a drop costs stays the same from its opening on. */
export interface PayableSlot {
  readonly kind: DropKind;
  readonly title: string;
  readonly amount: number;
  readonly currency: string;
}

/** Undefined for an unknown grant, or somebody else's. */
export async function slotOf(
  database: Reader,
  { dropId, serial }: GrantPlace,
  userId: string,
): Promise<PayableSlot | undefined> {
  const [row] = await database.query<{ kind: DropKind; title: string; amount: string | null; currency: string | null }>(
    SLOT,
    [dropId, serial, userId],
  );
  return row && { ...row, amount: Number(row.amount ?? 0), currency: row.currency ?? '' };
}

/** What cannot be a payment's id is nobody's, and not worth a query. */
export function isPaymentId(text: string): boolean {
  return PAYMENT_ID.test(text);
}

export async function paymentOf(database: Reader, id: string, userId: string): Promise<StoredPayment | undefined> {
  if (!isPaymentId(id)) return undefined;
  return readOne(await database.query<PaymentRow>(ONE, [id, userId]));
}

/** The payment that this request has opened before. */
export async function paymentByRequest(
  database: Reader,
  { dropId, serial }: GrantPlace,
  userId: string,
  requestId: string,
): Promise<StoredPayment | undefined> {
  return readOne(await database.query<PaymentRow>(BY_REQUEST, [dropId, serial, userId, requestId]));
}

/** Where a list goes on: after this payment. */
export interface PaymentPlace {
  readonly createdAtMicros: string;
  readonly id: string;
}

export interface PaymentFilter {
  readonly grant?: GrantPlace;
  readonly after?: PaymentPlace;
  readonly limit: number;
}

/** Newest first; `next` is where the list goes on, or null at its end. */
export async function paymentsOf(
  database: Reader,
  userId: string,
  { grant, after, limit }: PaymentFilter,
): Promise<{ payments: StoredPayment[]; next: PaymentPlace | null }> {
  const ofGrant = [grant?.dropId ?? null, grant?.serial ?? null];
  const goesOn = [after?.createdAtMicros ?? null, after?.id ?? null];
  const rows = await database.query<PaymentRow & { micros: string }>(LIST, [userId, ...ofGrant, ...goesOn, limit + 1]);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    payments: shown.map(({ payment }) => readPayment(payment)),
    next: last ? { createdAtMicros: last.micros, id: last.payment.id } : null,
  };
}

const HEARD = `
  update payments set check_at = clock_timestamp()
  where id = $1 and method = $2 and asked_at is not null and state in ('pending', 'failed')`;

/**
 * Somebody says that there is news of this order. Who says so need not be believed: the books are looked at next, by the job, and that is all. Kept in the database, so
 * that what a provider was thanked for is not forgotten; and however often it is said, a payment is looked at as often as the job comes round.
 */
export async function heardOf(database: Reader, method: string, orderId: string): Promise<void> {
  if (isPaymentId(orderId)) await database.query(HEARD, [orderId, method]);
}

/** How long the books are asked about a payment of which they knew nothing when its time was over. */
const REMEMBERED_HOURS = 24;

/** `patienceLeftMs`: until the grace is over, by the database's clock when it was read. */
const DUE = `
  select payment_json(p, g, clock_timestamp()) as payment,
         (extract(epoch from p.asked_at - clock_timestamp()) * 1000 + $2)::float8 as "patienceLeftMs",
         p.asked_at < clock_timestamp() - interval '${REMEMBERED_HOURS} hours' as forgotten
  from payments p join grants g on g.drop_id = p.drop_id and g.serial = p.serial
  where p.check_at <= statement_timestamp() and p.method = $1 and p.asked_at is not null
  order by p.check_at limit $3`;

export interface DuePayment {
  readonly payment: StoredPayment;
  readonly patienceLeftMs: number;
  readonly forgotten: boolean;
}

/** Payments by this method whose provider is to be asked, the longest overdue first. */
export async function duePayments(
  database: Reader,
  method: string,
  { graceMs, limit }: { graceMs: number; limit: number },
): Promise<DuePayment[]> {
  const rows = await database.query<DuePayment>(DUE, [method, graceMs, limit]);
  return rows.map((row) => ({ ...row, payment: readPayment(row.payment) }));
}

/** Only if nobody has decided it, or heard of it, since it was read. */
const LOOK_AGAIN = `
  update payments
  set checks = checks + 1, check_at = clock_timestamp() + $4 * interval '1 millisecond'
  where id = $1 and state = $2 and check_at = $3::timestamptz`;

/** `afterMs` null: never. */
export async function lookAgain(
  database: Reader,
  { id, state, checkAt }: StoredPayment,
  afterMs: number | null,
): Promise<void> {
  await database.query(LOOK_AGAIN, [id, state, checkAt, afterMs]);
}

const ENDED = `
  select p.id from payments p join grants g on g.drop_id = p.drop_id and g.serial = p.serial
  where p.check_at <= statement_timestamp() and p.state = 'pending' and p.asked_at is null and not can_be_paid(g, clock_timestamp())
  order by p.check_at limit $1`;

/** Payments that waited for their buyer until the slot's hold was over. */
export async function endedWithSlots(database: Reader, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(ENDED, [limit]);
  return rows.map(({ id }) => id);
}

/**
 * Without the drop's lock: what has ended a slot has ended it for ever, and a payment that begins at the same moment holds its row. They read as failed since then, whoever
 * asked (payment_json).
 */
const END = `
  update payments p
  set state = 'failed', failure = slot_failure(g), check_at = null, decided_at = coalesce(g.released_at, g.settled_at, g.hold_until)
  from grants g
  where p.id = any($1) and p.state = 'pending' and p.asked_at is null
    and g.drop_id = p.drop_id and g.serial = p.serial and not can_be_paid(g, clock_timestamp())`;

/** Fails those of them that still wait. */
export async function endWithSlots(transaction: Reader, ids: readonly string[]): Promise<void> {
  await transaction.query(END, [ids]);
}

const OVERDUE = `
  select state, count(*)::int as payments from payments
  where check_at < statement_timestamp() + interval '10 minutes' and state in ('pending', 'refunding')
    and (checks >= $1 or check_at < statement_timestamp() - $2 * interval '1 second')
  group by state`;

/** How many payments have been looked at so often without an end, or not at all for so long, by state. */
export async function overdue(
  database: Reader,
  { checks, seconds }: { checks: number; seconds: number },
): Promise<Map<string, number>> {
  const rows = await database.query<{ state: string; payments: number }>(OVERDUE, [checks, seconds]);
  return new Map(rows.map(({ state, payments }) => [state, payments]));
}

function readOne([row]: readonly PaymentRow[]): StoredPayment | undefined {
  return row && readPayment(row.payment);
}
