/**
 * The seconds of sales, written by each process once a second: one statement for all drops, and none when nothing was counted.
 *
 * While the database is away they are kept, two minutes of them. A statement whose answer was lost may have been committed, and is repeated: a second that is there already is passed over, and
 * the quarter of an hour grows only by those that were not.
 */
import type { Queryable } from '../database/database.ts';
import { writeLatencies } from './latencies.ts';
import type { SaleSecond, Tally } from './tally.ts';

/** After a second's end, so that what was answered in its last moment is there. */
const WRITE_AFTER_MS = 40;
export const KEPT_SECONDS = 120;
const ROWS_MAX = 1_000;

const WRITE = `
  with written as (
    insert into sale_seconds
      (drop_id, second, process, granted, sold_out, limit_reached, closed, not_open, faults, at_gate, latencies)
    select drop_id, to_timestamp(second), process, granted, sold_out, limit_reached, closed, not_open, faults, at_gate, latencies::integer[]
    from unnest($1::bigint[], $2::float8[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::integer[], $10::integer[], $11::text[])
      as s (drop_id, second, process, granted, sold_out, limit_reached, closed, not_open, faults, at_gate, latencies)
    on conflict do nothing
    returning drop_id, second, granted, sold_out, limit_reached, closed, not_open, faults
  )
  insert into sale_quarters as q (quarter, drop_id, granted, sold_out, limit_reached, closed, not_open, faults)
  select quarter_of(second), drop_id, sum(granted), sum(sold_out), sum(limit_reached), sum(closed), sum(not_open), sum(faults)
  from written group by 1, 2 order by 1, 2
  on conflict (quarter, drop_id) do update
  set granted = q.granted + excluded.granted, sold_out = q.sold_out + excluded.sold_out,
      limit_reached = q.limit_reached + excluded.limit_reached, closed = q.closed + excluded.closed,
      not_open = q.not_open + excluded.not_open, faults = q.faults + excluded.faults`;

/** Writes what is not there yet. */
export async function writeSeconds(
  database: Queryable,
  process: string,
  seconds: readonly SaleSecond[],
): Promise<void> {
  await database.query(WRITE, [
    seconds.map(({ dropId }) => dropId),
    seconds.map(({ second }) => second),
    seconds.map(({ run }) => (run === 0 ? process : `${process} ${run}`)),
    seconds.map(({ granted }) => granted),
    seconds.map(({ soldOut }) => soldOut),
    seconds.map(({ limitReached }) => limitReached),
    seconds.map(({ closed }) => closed),
    seconds.map(({ notOpen }) => notOpen),
    seconds.map(({ faults }) => faults),
    seconds.map(({ atGate }) => atGate),
    seconds.map(({ latencies }) => writeLatencies(latencies)),
  ]);
}

export interface SecondsWriterParts {
  readonly tally: Tally;
  readonly database: Queryable;
  /** This process, unlike any other that there ever was. */
  readonly process: string;
  readonly nowMs: () => number;
  /** Once per time that the database is away for longer than the seconds are kept. */
  readonly onLost: (error: unknown) => void;
}

export class SecondsWriter {
  readonly #parts: SecondsWriterParts;
  #waiting: SaleSecond[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #isLosing = false;

  constructor(parts: SecondsWriterParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#schedule();
  }

  /** Writes the last second, too; rejects when that is not possible. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#writing;
    this.#waiting.push(...this.#parts.tally.take(Number.POSITIVE_INFINITY));
    await this.#writeAll();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const intoSecondMs = this.#parts.nowMs() % 1000;
    this.#timer = setTimeout(() => this.#look(), 1000 - intoSecondMs + WRITE_AFTER_MS).unref();
  }

  #look(): void {
    this.#schedule();
    this.#waiting.push(...this.#parts.tally.take(this.#parts.nowMs()));
    if (this.#waiting.length === 0 || this.#writing !== undefined) return;
    this.#writing = this.#writeAll()
      .then(
        () => {
          this.#isLosing = false;
        },
        (error: unknown) => this.#forgetOldest(error),
      )
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const part = this.#waiting.slice(0, ROWS_MAX);
      await writeSeconds(this.#parts.database, this.#parts.process, part);
      this.#waiting = this.#waiting.slice(part.length);
    }
  }

  #forgetOldest(error: unknown): void {
    const oldest = Math.floor(this.#parts.nowMs() / 1000) - KEPT_SECONDS;
    const kept = this.#waiting.filter(({ second }) => second >= oldest);
    if (kept.length < this.#waiting.length && !this.#isLosing) {
      this.#isLosing = true;
      this.#parts.onLost(error);
    }
    this.#waiting = kept;
  }
}
