/**
 * A limit that holds over all processes of a fleet, without asking anybody on a request's way: each process counts by itself, and tells the others from time to
 * time what it has counted for those few who use a good part of the limit. An honest crowd is told of nobody.
 *
 * So the limit holds within what is said in a tenth of a second, and a caller who stays below a tenth of it at each gateway is not counted together.
 */
export interface SharedRate {
  /** What has been counted here for heavy users since the last call. */
  takeNews(): [key: string, count: number][];
  /** Counted by another process, in this second. */
  addElsewhere(key: string, count: number, nowMs?: number): void;
}

const HEAVY_SHARE = 0.1;
const HEAVY_USERS_MAX = 5_000;

/** Those who have used a tenth of the limit in this window, and how much of that has been told. */
export class HeavyUsers {
  readonly #fromCount: number;
  readonly #told = new Map<string, number>();

  constructor(limit: number) {
    this.#fromCount = Math.max(1, Math.ceil(limit * HEAVY_SHARE));
  }

  see(key: string, count: number): void {
    if (count === this.#fromCount && this.#told.size < HEAVY_USERS_MAX) this.#told.set(key, 0);
  }

  take(countOf: (key: string) => number): [key: string, count: number][] {
    const news: [string, number][] = [];
    for (const [key, told] of this.#told) {
      const count = countOf(key);
      if (count > told) news.push([key, count - told]);
      this.#told.set(key, count);
    }
    return news;
  }

  forget(): void {
    if (this.#told.size > 0) this.#told.clear();
  }
}
