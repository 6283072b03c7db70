/**
 * The ledger's clock, as this process sees it. Opening hours are decided by the database's clock; gates and pages follow it, whatever this machine's says.
 *
 * The offset is measured as NTP does: the database's answer belongs to the middle of the round trip, give or take half of it. An offset within that
 * uncertainty is taken as none.
 */
import type { Queryable } from '../database/database.ts';

const MEASURE_EVERY_MS = 30_011;
const SAMPLES = 5;

export class LedgerClock {
  readonly #database: Queryable;
  #offsetMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: { readonly expressLane: Queryable }) {
    this.#database = database.expressLane;
  }

  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Measures now and from time to time. */
  async start(): Promise<void> {
    await this.#measure();
    this.#timer = setInterval(() => {
      // The last offset serves until the database answers again.
      this.#measure().catch(() => {});
    }, MEASURE_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Of several samples the one with the shortest way counts: a statement that had to wait says little about the time. */
  async #measure(): Promise<void> {
    let best = await this.#sample();
    for (let sample = 1; sample < SAMPLES; sample += 1) {
      const next = await this.#sample();
      if (next.uncertaintyMs < best.uncertaintyMs) best = next;
    }
    this.#offsetMs = Math.abs(best.offsetMs) <= best.uncertaintyMs ? 0 : Math.round(best.offsetMs);
  }

  async #sample(): Promise<{ offsetMs: number; uncertaintyMs: number }> {
    const sentMs = Date.now();
    const [row] = await this.#database.query<{ now: Date }>('select clock_timestamp() as now');
    const receivedMs = Date.now();
    if (row === undefined) throw new Error('the database does not tell the time');
    return { offsetMs: row.now.getTime() - (sentMs + receivedMs) / 2, uncertaintyMs: (receivedMs - sentMs) / 2 + 1 };
  }
}
