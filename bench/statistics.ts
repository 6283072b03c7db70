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

export function best(values: readonly number[]): number {
  if (values.length === 0) throw new Error('the best of nothing');
  return Math.max(...values);
}

/** How far apart the rounds were, as a share of the median: over 0.3 the machine was too noisy to say much. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}
