/** What was granted per minute of the last hour, by drop: each minute is read while it runs and shortly after, and known from then on. */
import type { Queryable } from '../database/database.ts';

const MINUTES = 60;
/** So long after its end a process may still write what it counted in a minute: it may have kept it while the database was away. */
const LATE_MINUTES = 3;
const MINUTES_PER_STATEMENT = 10;

const READ = 'select * from minutes_of($1, $2, $3)';

interface Known {
  readonly granted: Map<number, number>;
  upTo: number;
}

export class MinutesOfSales {
  readonly #database: Queryable;
  readonly #drops = new Map<string, Known>();

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** The running minute last. */
  async granted(dropId: string, isBusy: boolean, nowMs: number): Promise<number[]> {
    const last = Math.floor(nowMs / 60_000);
    const first = last - MINUTES + 1;
    const known = this.#drops.get(dropId) ?? { granted: new Map<number, number>(), upTo: 0 };
    if (isBusy) {
      this.#drops.set(dropId, known);
      const from = Math.max(first, Math.min(last, known.upTo) - LATE_MINUTES);
      for (let start = from; start <= last; start += MINUTES_PER_STATEMENT)
        await this.#read(dropId, known, start, Math.min(last + 1, start + MINUTES_PER_STATEMENT));
      known.upTo = last;
      for (const minute of known.granted.keys()) if (minute < first) known.granted.delete(minute);
    }
    return Array.from({ length: MINUTES }, (_, place) => known.granted.get(first + place) ?? 0);
  }

  forgetAllBut(dropIds: ReadonlySet<string>): void {
    for (const dropId of this.#drops.keys()) if (!dropIds.has(dropId)) this.#drops.delete(dropId);
  }

  async #read(dropId: string, known: Known, start: number, end: number): Promise<void> {
    const rows = await this.#database.query<{ minute: number; granted: number }>(READ, [dropId, start * 60, end * 60]);
    for (const { minute, granted } of rows) known.granted.set(minute, granted);
  }
}
