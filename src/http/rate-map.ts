/**
 * Counts per key in windows of one second, for limits that every request passes: one Map look-up, nothing to expire, and the whole map is dropped each second,
 * so it is bounded by the requests of one second. A caller may send up to twice the limit across the border of two windows; that is fine for what it guards.
 */
const WINDOW_MS = 1000;

export class RateMap {
  readonly #limit: number;
  #counts = new Map<string, number>();
  #windowEndsAtMs = 0;

  constructor(limitPerSecond: number) {
    this.#limit = limitPerSecond;
  }

  /** Counts one; false when the key has had its share of this second. By a clock that nobody sets back. */
  admit(key: string, nowMs = performance.now()): boolean {
    if (nowMs >= this.#windowEndsAtMs) {
      this.#counts = new Map();
      this.#windowEndsAtMs = nowMs + WINDOW_MS;
    }
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= this.#limit;
  }
}
