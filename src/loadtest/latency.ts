/** Latency from the planned instant of a press to its first outcome, in an HDR histogram of microseconds. */
import hdr from 'hdr-histogram-js';

export interface LatencyFigures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How many outcomes came in at most so long, and longer than the bound before. */
  readonly buckets: readonly { readonly upToMs: number; readonly count: number }[];
}

/** Longer waits are counted as this. */
const microsecondsMax = 3_600_000_000;
/** The bounds of the buckets in each power of ten; 500 ms and 1 s are among them, people ask for those. */
const boundsPerDecade = [1, 2, 3, 5, 7];

function boundMs(index: number): number {
  const decade = Math.floor(index / boundsPerDecade.length);
  return (boundsPerDecade[index % boundsPerDecade.length] ?? 1) * 10 ** decade;
}

/** `null` without any latency. Percentiles are exact to three digits, the maximum and the counts are exact. */
export function measureLatency(latenciesMs: readonly number[]): LatencyFigures | null {
  if (latenciesMs.length === 0) return null;
  const histogram = hdr.build({
    highestTrackableValue: microsecondsMax,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  let maxMs = 0;
  for (const latencyMs of latenciesMs) {
    maxMs = Math.max(maxMs, latencyMs);
    histogram.recordValue(Math.min(microsecondsMax, Math.max(0, Math.round(latencyMs * 1000))));
  }
  const percentileMs = (percentile: number) => Math.min(maxMs, histogram.getValueAtPercentile(percentile) / 1000);
  return {
    count: latenciesMs.length,
    p50Ms: percentileMs(50),
    p95Ms: percentileMs(95),
    p99Ms: percentileMs(99),
    maxMs,
    buckets: countBuckets(latenciesMs),
  };
}

function countBuckets(latenciesMs: readonly number[]): { upToMs: number; count: number }[] {
  const counts: number[] = [];
  for (const latencyMs of latenciesMs) {
    let index = 0;
    while (boundMs(index) < latencyMs) index += 1;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const buckets = Array.from(counts, (count, index) => ({ upToMs: boundMs(index), count: count ?? 0 }));
  return buckets.slice(buckets.findIndex((bucket) => bucket.count > 0));
}

const barWidth = 40;

/** One line per bucket, its bar as long as its share of the largest. */
export function drawHistogram({ buckets }: LatencyFigures): string[] {
  const most = Math.max(...buckets.map((bucket) => bucket.count));
  const width = String(most).length;
  return buckets.map(({ upToMs, count }) => {
    const length = count === 0 ? 0 : Math.max(1, Math.round((count / most) * barWidth));
    const bound = upToMs < 1000 ? `${upToMs} ms` : `${upToMs / 1000} s`;
    return `up to ${bound.padStart(7)}  ${String(count).padStart(width)}  ${'█'.repeat(length)}`.trimEnd();
  });
}
