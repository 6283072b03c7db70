/**
 * Days, from the quarters of an hour that are kept. A day is one of the time zone that was asked for, summer time and all: a quarter belongs to the day that a clock there shows, also where a clock
 * that is set back shows one midnight twice.
 *
 * Days that are over are remembered: only the last two are read again each time, for what is written a little late, and all of them from time to time, for what was written later still. Every
 * statement reads some days at most: the embedded database does one thing at a time, and a claim may be next.
 */
import type { Queryable } from '../database/database.ts';

const DAYS_PER_STATEMENT = 5;
const OPEN_DAYS = 2;
const READ_ALL_AFTER_MS = 600_000;
const DAY_MS = 86_400_000;

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

const TODAY = `select to_char(clock_timestamp() at time zone $1, 'YYYY-MM-DD') as day`;

const SALES = 'select * from sales_of_days($1, $2, $3)';
const DELIVERIES = 'select * from deliveries_of_days($1, $2, $3)';
const PAYMENTS = 'select * from payments_of_days($1, $2, $3)';

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

interface Known {
  readonly day: Day;
  readonly payments: Payments[];
}

/** The last `count` days in this time zone, which PostgreSQL must know. One look at a time. */
export class LastDays {
  readonly #database: Queryable;
  readonly #count: number;
  readonly #timeZone: string;
  readonly #known = new Map<string, Known>();
  #readAllAtMs = Number.NEGATIVE_INFINITY;

  constructor(database: Queryable, count: number, timeZone: string) {
    this.#database = database;
    this.#count = count;
    this.#timeZone = timeZone;
  }

  async look(): Promise<Trends> {
    const [today] = await this.#database.query<{ day: string }>(TODAY, [this.#timeZone]);
    if (today === undefined) throw new Error('every moment is in a day');
    const wanted = daysUpTo(today.day, this.#count);
    const nowMs = performance.now();
    const isTime = nowMs - this.#readAllAtMs >= READ_ALL_AFTER_MS;
    const due = wanted.filter((day, place) => isTime || place >= this.#count - OPEN_DAYS || !this.#known.has(day));
    for (const [first, last] of portions(due)) await this.#read(first, last);
    if (isTime) this.#readAllAtMs = nowMs;
    for (const day of this.#known.keys()) if (!wanted.includes(day)) this.#known.delete(day);
    const known = wanted.flatMap((day) => this.#known.get(day) ?? []);
    return { days: known.map(({ day }) => day), currencies: sums(known.flatMap(({ payments }) => payments)) };
  }

  async #read(first: string, last: string): Promise<void> {
    const range = [this.#timeZone, first, last];
    const sales = await this.#database.query<Sales>(SALES, range);
    const deliveries = await this.#database.query<Deliveries>(DELIVERIES, range);
    const payments = await this.#database.query<Payments>(PAYMENTS, range);
    for (const day of daysUpTo(last, 1 + daysBetween(first, last))) {
      const ofDay = payments.filter((row) => row.day === day);
      const known = { day: emptyDay(day), payments: ofDay };
      Object.assign(
        known.day,
        sales.find((row) => row.day === day),
      );
      const letters = deliveries.find((row) => row.day === day);
      known.day.deliveriesSent = letters?.sent ?? 0;
      known.day.deliveriesFailed = letters?.failed ?? 0;
      for (const { currency, succeeded, paid, refunded, refundedAmount } of ofDay) {
        known.day.payments += succeeded;
        if (succeeded > 0) known.day.paid[currency] = paid;
        if (refunded > 0) known.day.refunded[currency] = refundedAmount;
      }
      this.#known.set(day, known);
    }
  }
}

/** Oldest first. */
function daysUpTo(last: string, count: number): string[] {
  const lastMs = Date.parse(last);
  return Array.from({ length: count }, (_, place) =>
    new Date(lastMs - (count - 1 - place) * DAY_MS).toISOString().slice(0, 10),
  );
}

function daysBetween(first: string, last: string): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS;
}

/** Days in their order, as stretches that are short enough for a statement. */
function portions(days: readonly string[]): [first: string, last: string][] {
  const found: [string, string][] = [];
  for (const day of days) {
    const open = found.at(-1);
    const follows = open !== undefined && daysBetween(open[1], day) === 1;
    if (follows && daysBetween(open[0], day) < DAYS_PER_STATEMENT) open[1] = day;
    else found.push([day, day]);
  }
  return found;
}

function emptyDay(day: string): Day {
  const none = { granted: 0, refused: 0, faults: 0, deliveriesSent: 0, deliveriesFailed: 0, payments: 0 };
  return { day, ...none, paid: {}, refunded: {} };
}

function sums(payments: readonly Payments[]): CurrencySum[] {
  const currencies = new Map<string, CurrencySum>();
  for (const { currency, succeeded, paid, refunded, refundedAmount } of payments) {
    const none = { currency, succeeded: { count: 0, amount: 0 }, refunded: { count: 0, amount: 0 } };
    const sum = currencies.get(currency) ?? none;
    currencies.set(currency, sum);
    sum.succeeded.count += succeeded;
    sum.succeeded.amount += paid;
    sum.refunded.count += refunded;
    sum.refunded.amount += refundedAmount;
  }
  return [...currencies.values()].toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}
