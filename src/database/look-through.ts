/**
 * Looks for what may be rare, along an index, in short statements: a list of a million rows must not hold up the one connection that a sale may have, too. And not for ever: a look that
 * has taken `LOOK_MS_MAX` ends where it is, with fewer than were wanted, and says where it goes on.
 */

/** Rows that one statement looks at: more while they are quick, fewer when they are slow. */
const WINDOW = { first: 32, min: 8, max: 4_096 } as const;
const QUICK_MS = 5;
const SLOW_MS = 15;
const LOOK_MS_MAX = 1_500;

export interface Looked<Found, Place> {
  readonly found: readonly Found[];
  /** The last place that was looked at; null at the end. */
  readonly reached: Place | null;
}

/** `look` is asked for what is behind a place: among the next `window` rows, at most `wanted`. It may say that it has reached less than the window, when it has found as many as that. */
export async function lookThrough<Found, Place>(
  start: Place,
  wanted: number,
  look: (after: Place, window: number, wanted: number) => Promise<Looked<Found, Place>>,
): Promise<Looked<Found, Place>> {
  const found: Found[] = [];
  const startedMs = performance.now();
  let window: number = WINDOW.first;
  let reached: Place | null = start;
  while (reached !== null && found.length < wanted && performance.now() - startedMs < LOOK_MS_MAX) {
    const lookedMs = performance.now();
    const looked: Looked<Found, Place> = await look(reached, window, wanted - found.length);
    found.push(...looked.found);
    reached = looked.reached;
    const tookMs = performance.now() - lookedMs;
    if (tookMs < QUICK_MS) window = Math.min(WINDOW.max, window * 2);
    else if (tookMs > SLOW_MS) window = Math.max(WINDOW.min, Math.floor(window / 2));
  }
  return { found, reached };
}
