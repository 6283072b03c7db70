/**
 * Latencies in buckets that are the same everywhere and always, so that those of several processes, or of several seconds, add up: four to each doubling, from a quarter of a
 * millisecond to half a minute. A percentile that is read from them is off by less than its bucket is wide, a fifth of it.
 *
 * Stored as pairs: bucket, count, bucket, count …, since of seventy buckets a second fills a few.
 */

const LEAST_MS = 0.25;
const BUCKETS_PER_DOUBLING = 4;

/** The last one takes whatever lasted longer. */
export const LATENCY_BUCKETS = 70;

/** A bucket holds what lasted longer than the bound of the one before it, and not longer than its own. */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from(
  { length: LATENCY_BUCKETS },
  (_, bucket) => LEAST_MS * 2 ** (bucket / BUCKETS_PER_DOUBLING),
);

export type LatencyCounts = Uint32Array;

export function noLatencies(): LatencyCounts {
  return new Uint32Array(LATENCY_BUCKETS);
}

export function bucketOf(latencyMs: number): number {
  if (!(latencyMs > LEAST_MS)) return 0;
  const bucket = Math.ceil(BUCKETS_PER_DOUBLING * Math.log2(latencyMs / LEAST_MS));
  return Math.min(bucket, LATENCY_BUCKETS - 1);
}

/** As they are stored. */
export function writeLatencies(counts: LatencyCounts | null): string {
  const pairs: number[] = [];
  if (counts !== null) {
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket += 1) {
      const count = counts[bucket] ?? 0;
      if (count > 0) pairs.push(bucket, count);
    }
  }
  return `{${pairs.join(',')}}`;
}

/** Adds what was stored. What is no bucket of ours (a later version's) counts as the longest. */
export function addLatencies(counts: LatencyCounts, stored: readonly number[]): void {
  for (let place = 0; place + 1 < stored.length; place += 2) {
    const bucket = Math.min(stored[place] ?? 0, LATENCY_BUCKETS - 1);
    counts[bucket] = (counts[bucket] ?? 0) + (stored[place + 1] ?? 0);
  }
}

/** How long the given shares of all took at most, in milliseconds, between the bounds of their buckets in proportion; null where there were none. */
export function percentilesMs(counts: LatencyCounts, shares: readonly number[]): (number | null)[] {
  let total = 0;
  for (const count of counts) total += count;
  return shares.map((share) => (total === 0 ? null : percentileMs(counts, share * total)));
}

function percentileMs(counts: LatencyCounts, rank: number): number {
  let before = 0;
  let last = 0;
  for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count === 0) continue;
    last = LATENCY_BOUNDS_MS[bucket] ?? 0;
    if (before + count >= rank) {
      const from = bucket === 0 ? 0 : (LATENCY_BOUNDS_MS[bucket - 1] ?? 0);
      return hundredths(from + ((last - from) * Math.max(0, rank - before)) / count);
    }
    before += count;
  }
  return hundredths(last);
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
