/**
 * How many units were left in each second. Seconds in which this page looked have their figure; the others are reckoned by what was granted meanwhile: onwards from the last figure, or from the
 * opening, when all were left; and where neither is in sight, backwards from the next one. A unit that came back is not in that until somebody looks, and one that went from hand to hand, to the
 * head of the waiting line, was never left: so never fewer than none, never more than the stock, and told apart.
 */
export interface RemainingHistory {
  known: Array<number | null>;
  /** Also at the ends of each stretch, so that the lines meet. */
  reckoned: Array<number | null>;
}

export interface Sale {
  stock: number;
  /** Seconds since 1970. */
  opensAt: number;
}

export function remainingHistory(
  time: Float64Array,
  granted: Float64Array,
  seen: ReadonlyMap<number, number>,
  { stock, opensAt }: Sale,
): RemainingHistory {
  const known = Array.from(time, (second) => seen.get(second) ?? null);
  const reckoned: Array<number | null> = new Array(time.length).fill(null);
  const first = known.findIndex((figure) => figure !== null);
  if (first === -1) return { known, reckoned };
  const grantedIn = (index: number): number => granted[index] || 0;

  let left = opensAt >= (time[0] ?? 0) ? stock : null;
  for (const [index, figure] of known.entries()) {
    if (figure !== null) left = figure;
    else if (left !== null) left = reckoned[index] = Math.max(0, left - grantedIn(index));
  }
  for (let index = first - 1; index >= 0 && reckoned[index] === null; index -= 1) {
    const after = known[index + 1] ?? reckoned[index + 1] ?? 0;
    reckoned[index] = Math.min(stock, after + grantedIn(index + 1));
  }

  const isReckoned = reckoned.map((figure) => figure !== null);
  for (const [index, figure] of known.entries())
    if (figure !== null && (isReckoned[index - 1] || isReckoned[index + 1])) reckoned[index] = figure;
  return { known, reckoned };
}
