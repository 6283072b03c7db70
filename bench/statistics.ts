/** Figures out of several rounds. The median is what the machine usually does; the best is what it can do when nothing disturbs it. */

/** Throws for an empty list: a figure without a measurement is a defect. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new Error('the median of nothing');
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The value that so large a share of them does not exceed: `share` 0.99 is p99. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('the percentile of nothing');
  return value;
}

export function best(values: readonly number[]): number {
  if (values.length === 0) throw new Error('the best of nothing');
  return Math.max(...values);
}

/** How far apart the rounds were, as a share of the median: over 0.3 the machine was too noisy to say much. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}
