/** Everybody's payments, for administrators. */
import { accountNamed } from '../accounts/store.ts';
import { Conditions } from '../database/conditions.ts';
import type { Queryable } from '../database/database.ts';
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

const AS_IT_STANDS = 'payment_json(p, g, clock_timestamp())';

const PAYMENTS = `
  select ${AS_IT_STANDS} as payment, a.username, ${PAYMENT_MICROS} as micros
  from payments p
  join grants g on g.drop_id = p.drop_id and g.serial = p.serial
  left join accounts a on a.id = p.user_id`;

/** Written out, so that their indexes are known to fit. What is pending is also being looked after; and one that has ended with its slot is so no more, before somebody has written so. */
const stateIs = (state: PaymentState): string =>
  state === 'pending'
    ? `p.check_at is not null and p.state = 'pending' and ${AS_IT_STANDS} ->> 'state' = 'pending'`
    : `p.state = '${state}'`;

/** Newest first; `next` is where the list goes on, or null at its end. */
export async function allPayments(
  database: Queryable,
  { state, method, currency, username, dropId, after, limit }: AnyPaymentFilter,
): Promise<{ payments: AnyPayment[]; next: PaymentPlace | null }> {
  const filter = new Conditions();
  if (state !== undefined) filter.add(stateIs(state));
  filter.when(method, (place) => `p.method = ${place}`);
  filter.when(currency, (place) => `p.currency = ${place}`);
  filter.when(username, (place) => `p.user_id = ${accountNamed(place)}`);
  filter.when(dropId, (place) => `p.drop_id = ${place}`);
  if (after !== undefined) {
    const createdAt = `'epoch'::timestamptz + ${filter.place(after.createdAtMicros)}::bigint * interval '1 microsecond'`;
    filter.add(`(p.created_at, p.id) < (${createdAt}, ${filter.place(after.id)})`);
  }
  const rows = await database.query<Row>(
    `${PAYMENTS} ${filter.text} order by p.created_at desc, p.id desc limit ${filter.place(limit + 1)}`,
    filter.values,
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    payments: shown.map(readRow),
    next: last ? { createdAtMicros: last.micros, id: last.payment.id } : null,
  };
}

export async function anyPayment(database: Queryable, id: string): Promise<AnyPayment | undefined> {
  if (!isPaymentId(id)) return undefined;
  const [row] = await database.query<Row>(`${PAYMENTS} where p.id = $1`, [id]);
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
