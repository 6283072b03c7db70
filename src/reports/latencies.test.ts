import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLatencies,
  bucketOf,
  LATENCY_BOUNDS_MS,
  LATENCY_BUCKETS,
  noLatencies,
  percentilesMs,
  writeLatencies,
} from './latencies.ts';

const longestMs = LATENCY_BOUNDS_MS.at(-1) ?? 0;
const latency = fc.oneof(
  fc.double({ min: 0, max: 5, noNaN: true }),
  fc.double({ min: 0, max: longestMs, noNaN: true }),
  fc.constantFrom(...LATENCY_BOUNDS_MS),
);
const latencies = fc.array(latency, { minLength: 1, maxLength: 300 });

function countsOf(all: readonly number[]) {
  const counts = noLatencies();
  for (const ms of all) {
    const bucket = bucketOf(ms);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** The least of all that so many of them do not exceed. */
function exactPercentile(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function widthAround(ms: number): number {
  const bucket = bucketOf(ms);
  return (LATENCY_BOUNDS_MS[bucket] ?? 0) - (LATENCY_BOUNDS_MS[bucket - 1] ?? 0);
}

const stored = (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));

describe('latencies', () => {
  it('stand in the bucket between whose bounds they are', () => {
    fc.assert(
      fc.property(latency, (ms) => {
        const bucket = bucketOf(ms);
        // A bound may come to stand on either side of itself by the last digit of a logarithm.
        const room = ms * 1e-12;
        expect(ms).toBeLessThanOrEqual((LATENCY_BOUNDS_MS[bucket] ?? 0) + room);
        if (bucket > 0) expect(ms).toBeGreaterThanOrEqual((LATENCY_BOUNDS_MS[bucket - 1] ?? 0) - room);
      }),
    );
  });

  it.each([
    [0, 0],
    [0.25, 0],
    [0.26, 1],
    [1, 8],
    [-3, 0],
    [Number.NaN, 0],
    [1e12, LATENCY_BUCKETS - 1],
    [Number.POSITIVE_INFINITY, LATENCY_BUCKETS - 1],
  ])('of %d ms stand in bucket %d', (ms, bucket) => {
    expect(bucketOf(ms)).toBe(bucket);
  });

  it('have percentiles that are off by less than a bucket is wide', () => {
    fc.assert(
      fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.95, 0.99, 1), (all, share) => {
        const [told] = percentilesMs(countsOf(all), [share]);
        const exact = exactPercentile(all, share);
        expect(Math.abs((told ?? Number.NaN) - exact)).toBeLessThanOrEqual(widthAround(exact) + 0.01);
      }),
    );
  });

  it('have percentiles in their order, and none where there are none', () => {
    fc.assert(
      fc.property(latencies, (all) => {
        const told = percentilesMs(countsOf(all), [0.5, 0.95, 0.99]);
        expect(told).toEqual(told.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
      }),
    );
    expect(percentilesMs(noLatencies(), [0.5, 0.99])).toEqual([null, null]);
  });

  it('of several processes add up to those of all, however they were shared out', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const sum = noLatencies();
        for (const part of [some, others]) addLatencies(sum, stored(writeLatencies(countsOf(part))));
        expect(sum).toEqual(countsOf([...some, ...others]));
      }),
    );
  });

  it('are stored as pairs of what there is', () => {
    expect(writeLatencies(null)).toBe('{}');
    expect(writeLatencies(countsOf([0.1, 0.1, 1]))).toBe('{0,2,8,1}');
  });

  it('of a version with longer ones count as the longest', () => {
    const counts = noLatencies();
    addLatencies(counts, [LATENCY_BUCKETS + 5, 3]);
    expect(counts[LATENCY_BUCKETS - 1]).toBe(3);
  });
});
