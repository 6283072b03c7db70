/**
 * Counts per account in windows of one second, for the limit that every claim passes: a table of counters, wiped each second. A map of a hundred thousand
 * accounts, made anew each second, was a large part of the garbage of a sale.
 *
 * An account's counter is its id modulo the table's size, so accounts whose ids are a multiple of 131,072 apart share one: among so many who press in the
 * same second two of them share what is ten times more than a person presses. A caller may send up to twice the limit across the border of two windows.
 *
 * What other processes have counted for the same account is added to it: see shared-rate.ts.
 */
import { HeavyUsers, type SharedRate } from './shared-rate.ts';

const COUNTERS = 2 ** 17;
const WINDOW_MS = 1000;

export class RateTable implements SharedRate {
  readonly #limit: number;
  readonly #counts = new Uint32Array(COUNTERS);
  readonly #elsewhere = new Uint32Array(COUNTERS);
  #heardElsewhere = false;
  readonly #heavy: HeavyUsers;
  #windowEndsAtMs = 0;
  /** Whether anybody asks for the news: in a single process nobody does. */
  #shared = false;

  constructor(limitPerSecond: number) {
    this.#limit = limitPerSecond;
    this.#heavy = new HeavyUsers(limitPerSecond);
  }

  /** Counts one; false when the account has had its share of this second. By a clock that nobody sets back. */
  admit(accountId: string, nowMs = performance.now()): boolean {
    this.#roll(nowMs);
    const place = Number(accountId) % COUNTERS;
    const count = (this.#counts[place] ?? 0) + 1;
    this.#counts[place] = count;
    if (this.#shared) this.#heavy.see(String(place), count);
    return count + (this.#elsewhere[place] ?? 0) <= this.#limit;
  }

  takeNews(): [place: string, count: number][] {
    this.#shared = true;
    return this.#heavy.take((place) => this.#counts[Number(place)] ?? 0);
  }

  addElsewhere(place: string, count: number, nowMs = performance.now()): void {
    this.#roll(nowMs);
    const index = Number(place) % COUNTERS;
    this.#elsewhere[index] = (this.#elsewhere[index] ?? 0) + count;
    this.#heardElsewhere = true;
  }

  #roll(nowMs: number): void {
    if (nowMs < this.#windowEndsAtMs) return;
    this.#counts.fill(0);
    if (this.#heardElsewhere) this.#elsewhere.fill(0);
    this.#heardElsewhere = false;
    this.#heavy.forget();
    this.#windowEndsAtMs = nowMs + WINDOW_MS;
  }
}
