/** When what could not be sent is tried again: ever more seldom, and not all at the same time. Exponential backoff with full jitter (AWS Architecture Blog, 2015). */

/** The first wait is half of its bound on average: 5 seconds. */
const FIRST_BOUND_MS = 10_000;
const BOUND_MAX_MS = 600_000;
/** After so many tries it has failed: ten minutes after the first, on average, and twenty at most. */
export const ATTEMPTS_MAX = 8;
/** Who asks for more patience than this is asked sooner. */
const POSTPONED_MAX_MS = 3_600_000;

/** After `attempts` tries in vain; `random` from 0 to 1. */
export function waitMs(attempts: number, random: number): number {
  return Math.round(random * Math.min(BOUND_MAX_MS, FIRST_BOUND_MS * 2 ** (attempts - 1)));
}

/** As the other side asks. */
export function postponedMs(afterMs: number): number {
  return Math.round(Math.min(Math.max(afterMs, 0), POSTPONED_MAX_MS));
}
