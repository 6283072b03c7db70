/**
 * Everybody's payments, for administrators. One index leads, the one that leaves least: by person, by drop, by what went wrong or is on its way, or all of them by time; for whatever else
 * was asked the list is looked through, in short statements.
 */
import { accountNamed } from '../accounts/store.ts';
import { Conditions } from '../database/conditions.ts';
import type { Queryable } from '../database/database.ts';
import { type Looked, lookThrough } from '../database/look-through.ts';
import { isoTime } from '../ledger/standing.ts';
import { type Payment, type PaymentState, paymentView, readPayment, type StoredPayment } from './payment.ts';
import { isPaymentId, PAYMENT_MICROS, type PaymentPlace } from './store.ts';

export interface AnyPayment extends Payment {
  readonly person: { readonly id: string; readonly username: string | null };
  readonly checks: number;
  readonly checkAt: string | null;
  readonly providerKey: string | null;
}

export interface AnyPaymentFilter {
  readonly state?: PaymentState;
  readonly method?: string;
  readonly currency?: string;
  /** In capital or small letters. */
  readonly username?: string;
  readonly dropId?: string;
  readonly after?: PaymentPlace;
  readonly limit: number;
}

interface Row {
  readonly payment: StoredPayment;
  readonly username: string | null;
  readonly micros: string;
}

/** Without a payment where none was meant. */
type LookedRow = { [Column in keyof Row]: Row[Column] | null } & {
  readonly looked: number;
  readonly reachedMicros: string;
  readonly reachedId: string;
};

/** Of payments `p`. */
const WITH_PERSON = (payments: string): string => `
  select payment_json(p::payments, g, clock_timestamp()) as payment, a.username, ${PAYMENT_MICROS} as micros
  from ${payments} p
  join grants g on g.drop_id = p.drop_id and g.serial = p.serial
  left join accounts a on a.id = p.user_id`;

const ONE = `${WITH_PERSON('payments')} where p.id = $1`;

const NEWEST_FIRST = 'order by p.created_at desc, p.id desc';

/** `leads`: which payments, by an index. `asked`: which of the next so many are meant; those are then looked up with all that belongs to them. */
const look = (leads: string, asked: string, window: string, wanted: string): string => `
  with looked as materialized (select * from payments p ${leads} ${NEWEST_FIRST} limit ${window}),
  meant as materialized (select * from looked p ${asked} ${NEWEST_FIRST} limit ${wanted}),
  reached as (select ${PAYMENT_MICROS} as micros, p.id, count(*) over ()::int as looked from looked p order by p.created_at, p.id limit 1)
  select r.looked, r.micros as "reachedMicros", r.id as "reachedId", f.*
  from reached r left join (${WITH_PERSON('meant')} ${NEWEST_FIRST}) f on true`;

/** Written out, so that their indexes are known to fit. What is pending is also being looked after. */
const stateIs = (state: PaymentState): string =>
  `${state === 'pending' ? 'p.check_at is not null and ' : ''}p.state = '${state}'`;

/** One that has ended with its slot is pending no more, before somebody has written so. */
const STANDS_PENDING = `
  payment_json(p::payments, (select g from grants g where g.drop_id = p.drop_id and g.serial = p.serial), clock_timestamp()) ->> 'state' = 'pending'`;

/** Newest first; `next` is where the list goes on, or null at its end. What is rare is not looked for for ever: a page may be shorter than it might be. */
export async function allPayments(
  database: Queryable,
  filter: AnyPaymentFilter,
): Promise<{ payments: AnyPayment[]; next: PaymentPlace | null }> {
  const { after, limit } = filter;
  const { found, reached } = await lookThrough<Row, PaymentPlace | undefined>(
    after,
    limit + 1,
    (place, window, wanted) => lookBehind(database, filter, { after: place, window, wanted }),
  );
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { payments: shown.map(readRow), next: last ? placeOf(last) : (reached ?? null) };
}

async function lookBehind(
  database: Queryable,
  { state, method, currency, username, dropId }: AnyPaymentFilter,
  { after, window, wanted }: { after: PaymentPlace | undefined; window: number; wanted: number },
): Promise<Looked<Row, PaymentPlace | undefined>> {
  const leads = new Conditions();
  const asked: string[] = [];
  if (username !== undefined) asked.push(`p.user_id = ${accountNamed(leads.place(username))}`);
  // As its index says it (db/indexes.sql).
  if (dropId !== undefined) asked.push(`p.drop_id + 0 = ${leads.place(dropId)}`);
  if (state !== undefined && state !== 'succeeded') asked.push(stateIs(state));
  const first = asked.shift();
  if (first !== undefined) leads.add(first);
  if (state === 'succeeded') asked.push(stateIs(state));
  if (state === 'pending') asked.push(STANDS_PENDING);
  if (method !== undefined) asked.push(`p.method = ${leads.place(method)}`);
  if (currency !== undefined) asked.push(`p.currency = ${leads.place(currency)}`);
  if (after !== undefined) {
    const createdAt = `'epoch'::timestamptz + ${leads.place(after.createdAtMicros)}::bigint * interval '1 microsecond'`;
    leads.add(`(p.created_at, p.id) < (${createdAt}, ${leads.place(after.id)})`);
  }
  const where = asked.length > 0 ? `where ${asked.join(' and ')}` : '';
  const rows = await database.query<LookedRow>(
    look(leads.text, where, leads.place(window), leads.place(wanted)),
    leads.values,
  );
  const found = rows.filter((row): row is LookedRow & Row => row.payment !== null);
  const [row] = rows;
  if (row === undefined) return { found, reached: null };
  // A window that is not full was the last.
  const isEnd = row.looked < window && found.length < wanted;
  return { found, reached: isEnd ? null : { createdAtMicros: row.reachedMicros, id: row.reachedId } };
}

const placeOf = ({ micros, payment }: Row): PaymentPlace => ({ createdAtMicros: micros, id: payment.id });

export async function anyPayment(database: Queryable, id: string): Promise<AnyPayment | undefined> {
  if (!isPaymentId(id)) return undefined;
  const [row] = await database.query<Row>(ONE, [id]);
  return row && readRow(row);
}

function readRow({ payment, username }: Row): AnyPayment {
  const { userId, checks, checkAt, providerKey } = payment;
  return {
    ...paymentView(readPayment(payment)),
    person: { id: userId, username },
    ...{ checks, checkAt: isoTime(checkAt), providerKey },
  };
}
