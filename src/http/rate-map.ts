/**
 * Counts per key in windows of one second, for limits that every request passes: one Map look-up, nothing to expire, and the whole map is dropped each second,
 * so it is bounded by the requests of one second. A caller may send up to twice the limit across the border of two windows; that is fine for what it guards.
 *
 * What other processes have counted for the same key is added to it: see fleet/shared-rates.ts.
 */
import { HeavyUsers, type SharedRate } from './shared-rate.ts';

const WINDOW_MS = 1000;

export class RateMap implements SharedRate {
  readonly #limit: number;
  readonly #heavy: HeavyUsers;
  #counts = new Map<string, number>();
  #elsewhere = new Map<string, number>();
  #windowEndsAtMs = 0;

  constructor(limitPerSecond: number) {
    this.#limit = limitPerSecond;
    this.#heavy = new HeavyUsers(limitPerSecond);
  }

  /** Counts one; false when the key has had its share of this second. By a clock that nobody sets back. */
  admit(key: string, nowMs = performance.now()): boolean {
    this.#roll(nowMs);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    this.#heavy.see(key, count);
    return count + (this.#elsewhere.get(key) ?? 0) <= this.#limit;
  }

  takeNews(): [key: string, count: number][] {
    return this.#heavy.take((key) => this.#counts.get(key) ?? 0);
  }

  addElsewhere(key: string, count: number, nowMs = performance.now()): void {
    this.#roll(nowMs);
    this.#elsewhere.set(key, (this.#elsewhere.get(key) ?? 0) + count);
  }

  #roll(nowMs: number): void {
    if (nowMs < this.#windowEndsAtMs) return;
    this.#counts = new Map();
    if (this.#elsewhere.size > 0) this.#elsewhere = new Map();
    this.#heavy.forget();
    this.#windowEndsAtMs = nowMs + WINDOW_MS;
  }
}
