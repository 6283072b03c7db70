/**
 * Days, from the quarters of an hour that are kept. A day is one of the time zone that was asked for, summer time and all.
 *
 * Every statement reads some days at most: the embedded database does one thing at a time, and a claim may be next.
 */
import type { Queryable } from '../database/database.ts';

const DAYS_PER_STATEMENT = 10;

export interface Day {
  /** As 2026-11-21. */
  readonly day: string;
  granted: number;
  refused: number;
  faults: number;
  deliveriesSent: number;
  deliveriesFailed: number;
  /** That succeeded. */
  payments: number;
  /** Money by currency. */
  readonly paid: Record<string, number>;
  readonly refunded: Record<string, number>;
}

export interface CurrencySum {
  readonly currency: string;
  readonly succeeded: { count: number; amount: number };
  readonly refunded: { count: number; amount: number };
}

export interface Trends {
  /** Oldest first, without gaps; the last is today. */
  readonly days: Day[];
  /** Over those days. */
  readonly currencies: CurrencySum[];
}

/** The days with the moments at which they begin, and that at which the last one ends. */
const DAYS = `
  select to_char(day, 'YYYY-MM-DD') as day, extract(epoch from day at time zone $1)::float8 as "startsAt"
  from generate_series(date_trunc('day', clock_timestamp() at time zone $1) - make_interval(days => $2::int - 1),
                       date_trunc('day', clock_timestamp() at time zone $1) + interval '1 day', interval '1 day') as day
  order by 1`;

const SALES = 'select * from sales_by_day($1, $2, $3)';
const DELIVERIES = 'select * from deliveries_by_day($1, $2, $3)';
const PAYMENTS = 'select * from payments_by_day($1, $2, $3)';

type Sales = { readonly day: string } & Pick<Day, 'granted' | 'refused' | 'faults'>;
type Deliveries = { readonly day: string; readonly sent: number; readonly failed: number };
interface Payments {
  readonly day: string;
  readonly currency: string;
  readonly succeeded: number;
  readonly paid: number;
  readonly refunded: number;
  readonly refundedAmount: number;
}

/** The last `count` days in this time zone, which PostgreSQL must know. */
export async function trendsOf(database: Queryable, count: number, timeZone: string): Promise<Trends> {
  const bounds = await database.query<{ day: string; startsAt: number }>(DAYS, [timeZone, count]);
  const days = new Map(bounds.slice(0, -1).map(({ day }) => [day, emptyDay(day)]));
  const currencies = new Map<string, CurrencySum>();
  for (let first = 0; first < bounds.length - 1; first += DAYS_PER_STATEMENT) {
    const last = Math.min(first + DAYS_PER_STATEMENT, bounds.length - 1);
    const range = [timeZone, bounds[first]?.startsAt, bounds[last]?.startsAt];
    for (const { day, ...sales } of await database.query<Sales>(SALES, range))
      Object.assign(days.get(day) ?? {}, sales);
    for (const { day, sent, failed } of await database.query<Deliveries>(DELIVERIES, range))
      Object.assign(days.get(day) ?? {}, { deliveriesSent: sent, deliveriesFailed: failed });
    for (const row of await database.query<Payments>(PAYMENTS, range)) addPayments(days.get(row.day), currencies, row);
  }
  return { days: [...days.values()], currencies: [...currencies.values()].toSorted(byCurrency) };
}

function emptyDay(day: string): Day {
  const none = { granted: 0, refused: 0, faults: 0, deliveriesSent: 0, deliveriesFailed: 0, payments: 0 };
  return { day, ...none, paid: {}, refunded: {} };
}

function addPayments(day: Day | undefined, currencies: Map<string, CurrencySum>, row: Payments): void {
  const { currency, succeeded, paid, refunded, refundedAmount } = row;
  if (day !== undefined) {
    day.payments += succeeded;
    if (succeeded > 0) day.paid[currency] = paid;
    if (refunded > 0) day.refunded[currency] = refundedAmount;
  }
  const none = { currency, succeeded: { count: 0, amount: 0 }, refunded: { count: 0, amount: 0 } };
  const sum = currencies.get(currency) ?? none;
  currencies.set(currency, sum);
  sum.succeeded.count += succeeded;
  sum.succeeded.amount += paid;
  sum.refunded.count += refunded;
  sum.refunded.amount += refundedAmount;
}

function byCurrency(a: CurrencySum, b: CurrencySum): number {
  return a.currency < b.currency ? -1 : 1;
}
