/**
 * The last hour of one sale, second by second, over all processes: read once, then only what is new. Processes write a second up to two seconds late, and later after the database was
 * away; so the last few are read again each time, and two minutes from time to time.
 *
 * Every statement reads some minutes at most: the embedded database does one thing at a time, and a claim may be next.
 */
import type { Queryable } from '../database/database.ts';
import { addLatencies, noLatencies, percentilesMs } from './latencies.ts';
import { KEPT_SECONDS } from './sale-seconds.ts';

export const WINDOW_SECONDS = 3_600;
/** Processes may still write these. */
const LATE_SECONDS = 5;
const LOOK_FAR_BACK_EVERY_SECONDS = 15;
/** What a process has kept while the database was away (sale-seconds.ts), and a look later. */
const LATE_AFTER_OUTAGE_SECONDS = KEPT_SECONDS + LOOK_FAR_BACK_EVERY_SECONDS + 2 * LATE_SECONDS;
const SECONDS_PER_STATEMENT = 120;

const COUNTS = ['granted', 'soldOut', 'limitReached', 'closed', 'notOpen', 'faults', 'atGate'] as const;
const PERCENTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
const SHARES = Object.values(PERCENTILES);

type CountName = (typeof COUNTS)[number];
type PercentileName = keyof typeof PERCENTILES;

/** One value a second in each, all equally long. */
export type SecondsColumns = { readonly from: number } & Record<CountName, number[]> &
  Record<PercentileName, (number | null)[]>;

type SecondRow = { readonly second: number; readonly latencies: string } & Readonly<Record<CountName, number>>;

const READ = 'select * from seconds_of($1, $2, $3)';

export class SecondsWindow {
  readonly #database: Queryable;
  readonly #dropId: string;
  /** Where the second stands: its number modulo the window. */
  readonly #counts = Object.fromEntries(COUNTS.map((name) => [name, new Float64Array(WINDOW_SECONDS)])) as Record<
    CountName,
    Float64Array
  >;
  /** NaN: none. */
  readonly #percentiles = Object.fromEntries(
    Object.keys(PERCENTILES).map((name) => [name, new Float64Array(WINDOW_SECONDS).fill(Number.NaN)]),
  ) as Record<PercentileName, Float64Array>;
  /** How many processes have written it. They write it once, so it is as it was while these are as many. */
  readonly #writers = new Float64Array(WINDOW_SECONDS);
  /** The last second of the look that found it changed. */
  readonly #changedAt = new Float64Array(WINDOW_SECONDS);
  /** The last second that was read. */
  #last = Number.NEGATIVE_INFINITY;
  #lookedFarBackAt = 0;

  constructor(database: Queryable, dropId: string) {
    this.#database = database;
    this.#dropId = dropId;
  }

  get last(): number {
    return this.#last;
  }

  /** Reads up to this second, the last one that is over. One at a time. */
  async readUpTo(last: number): Promise<void> {
    const isFar = last - this.#lookedFarBackAt >= LOOK_FAR_BACK_EVERY_SECONDS || last < this.#lookedFarBackAt;
    const again = isFar ? LATE_AFTER_OUTAGE_SECONDS : LATE_SECONDS;
    const from = Math.max(last - WINDOW_SECONDS + 1, Math.min(last, this.#last) + 1 - again);
    for (let start = from; start <= last; start += SECONDS_PER_STATEMENT) {
      const end = Math.min(last + 1, start + SECONDS_PER_STATEMENT);
      this.#take(start, end, await this.#database.query<SecondRow>(READ, [this.#dropId, start, end]), last);
    }
    if (isFar) this.#lookedFarBackAt = last;
    this.#last = last;
  }

  /**
   * For somebody who has all up to this second: what is new, with the few before that may have been written since; and from further back when something there was written late, since they asked or
   * shortly before: another process may have told them.
   */
  columnsAfter(after: number): SecondsColumns {
    const usual = after - LATE_SECONDS;
    const since = usual - LOOK_FAR_BACK_EVERY_SECONDS;
    for (let second = this.#last - LATE_AFTER_OUTAGE_SECONDS; second < Math.min(usual, this.#last); second += 1) {
      const changedAt = this.#changedAt[modulo(second)] ?? 0;
      if (changedAt >= since && changedAt > second + LATE_SECONDS) return this.columns(second);
    }
    return this.columns(usual);
  }

  /** From this second on, or from the first that is kept. */
  columns(wanted: number): SecondsColumns {
    const from = Math.max(this.#last - WINDOW_SECONDS + 1, Math.min(wanted, this.#last + 1));
    const columns: Record<string, unknown> = { from };
    for (const name of COUNTS) columns[name] = this.#column(this.#counts[name], from, (count) => count);
    for (const name of Object.keys(PERCENTILES) as PercentileName[])
      columns[name] = this.#column(this.#percentiles[name], from, (ms) => (Number.isNaN(ms) ? null : ms));
    return columns as unknown as SecondsColumns;
  }

  #column<Value>(column: Float64Array, from: number, read: (value: number) => Value): Value[] {
    const values: Value[] = [];
    for (let second = from; second <= this.#last; second += 1) values.push(read(column[modulo(second)] ?? 0));
    return values;
  }

  /** The rows of these seconds, in their order; whoever has none is told so, too. */
  #take(start: number, end: number, rows: readonly SecondRow[], last: number): void {
    const before = Array.from({ length: end - start }, (_, place) => this.#writers[modulo(start + place)]);
    for (let second = start; second < end; second += 1) this.#empty(modulo(second));
    let next = 0;
    while (next < rows.length) {
      const second = rows[next]?.second ?? 0;
      const place = modulo(second);
      const latencies = noLatencies();
      for (let row = rows[next]; row !== undefined && row.second === second; row = rows[next]) {
        for (const name of COUNTS) {
          const column = this.#counts[name];
          column[place] = (column[place] ?? 0) + row[name];
        }
        this.#writers[place] = (this.#writers[place] ?? 0) + 1;
        if (row.latencies !== '') addLatencies(latencies, row.latencies.split(',').map(Number));
        next += 1;
      }
      const [p50, p95, p99] = percentilesMs(latencies, SHARES);
      this.#percentiles.p50[place] = p50 ?? Number.NaN;
      this.#percentiles.p95[place] = p95 ?? Number.NaN;
      this.#percentiles.p99[place] = p99 ?? Number.NaN;
    }
    for (const [place, writers] of before.entries())
      if (this.#writers[modulo(start + place)] !== writers) this.#changedAt[modulo(start + place)] = last;
  }

  #empty(place: number): void {
    for (const name of COUNTS) this.#counts[name][place] = 0;
    for (const column of Object.values(this.#percentiles)) column[place] = Number.NaN;
    this.#writers[place] = 0;
  }
}

/** Where a second stands. */
function modulo(second: number): number {
  return ((second % WINDOW_SECONDS) + WINDOW_SECONDS) % WINDOW_SECONDS;
}
