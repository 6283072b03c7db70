/**
 * How many units were left in each second. Seconds in which this page looked have their figure; for those before and in between it is reckoned backwards from the
 * next one that is known, by what was granted meanwhile. Units that came back in such seconds are not in that, so it is told apart.
 */
export interface RemainingHistory {
  known: Array<number | null>;
  /** Also at the ends of each stretch, so that the lines meet. */
  reckoned: Array<number | null>;
}

export function remainingHistory(
  time: Float64Array,
  granted: Float64Array,
  seen: ReadonlyMap<number, number>,
  stock: number,
): RemainingHistory {
  const known: Array<number | null> = new Array(time.length).fill(null);
  const reckoned: Array<number | null> = new Array(time.length).fill(null);
  let after: number | null = null;
  for (let index = time.length - 1; index >= 0; index -= 1) {
    const figure = seen.get(time[index] ?? Number.NaN);
    if (figure !== undefined) known[index] = figure;
    else if (after !== null) {
      const grantedAfter = granted[index + 1] ?? 0;
      reckoned[index] = Math.min(stock, after + (Number.isNaN(grantedAfter) ? 0 : grantedAfter));
      if (reckoned[index + 1] === null) reckoned[index + 1] = known[index + 1] ?? null;
    }
    after = known[index] ?? reckoned[index] ?? null;
    const next = known[index + 1] ?? null;
    if (known[index] !== null && next === null && (reckoned[index + 1] ?? null) !== null)
      reckoned[index] = known[index] ?? null;
  }
  return { known, reckoned };
}
