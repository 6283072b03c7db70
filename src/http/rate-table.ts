/**
 * Counts per account in windows of one second, for the limit that every claim passes: a table of counters, wiped each second. A map of a hundred thousand
 * accounts, made anew each second, was a large part of the garbage of a sale.
 *
 * An account's counter is its id modulo the table's size, so accounts whose ids are a multiple of 131,072 apart share one: among so many who press in the
 * same second two of them share what is ten times more than a person presses. A caller may send up to twice the limit across the border of two windows.
 */
const COUNTERS = 2 ** 17;
const WINDOW_MS = 1000;

export class RateTable {
  readonly #limit: number;
  readonly #counts = new Uint32Array(COUNTERS);
  #windowEndsAtMs = 0;

  constructor(limitPerSecond: number) {
    this.#limit = limitPerSecond;
  }

  /** Counts one; false when the account has had its share of this second. By a clock that nobody sets back. */
  admit(accountId: string, nowMs = performance.now()): boolean {
    if (nowMs >= this.#windowEndsAtMs) {
      this.#counts.fill(0);
      this.#windowEndsAtMs = nowMs + WINDOW_MS;
    }
    const place = Number(accountId) % COUNTERS;
    const count = (this.#counts[place] ?? 0) + 1;
    this.#counts[place] = count;
    return count <= this.#limit;
  }
}
