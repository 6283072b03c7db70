import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawHistogram, measureLatency } from './latency.ts';

describe('latency', () => {
  it('has the percentiles of a known series', () => {
    const figures = measureLatency(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(figures?.count).toBe(1000);
    expect(figures?.p50Ms).toBeCloseTo(500, 0);
    expect(figures?.p95Ms).toBeCloseTo(950, 0);
    expect(figures?.p99Ms).toBeCloseTo(990, 0);
    expect(figures?.maxMs).toBe(1000);
  });

  it('is none when nothing was answered', () => {
    expect(measureLatency([])).toBeNull();
  });

  it('is counted once each, under a bound that it does not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1 }), (latencies) => {
        const buckets = measureLatency(latencies)?.buckets ?? [];
        let below = 0;
        for (const { upToMs, count } of buckets) {
          below += count;
          expect(below).toBe(latencies.filter((latency) => latency <= upToMs).length);
        }
        expect(below).toBe(latencies.length);
      }),
    );
  });
});

describe('the drawn histogram', () => {
  it('is readable', () => {
    const figures = measureLatency([3, 3.5, 5, 6, 12, ...Array(10).fill(7), 80]);
    expect(figures && drawHistogram(figures)).toEqual([
      `up to    3 ms   1  ${'█'.repeat(4)}`,
      `up to    5 ms   2  ${'█'.repeat(7)}`,
      `up to    7 ms  11  ${'█'.repeat(40)}`,
      'up to   10 ms   0',
      `up to   20 ms   1  ${'█'.repeat(4)}`,
      'up to   30 ms   0',
      'up to   50 ms   0',
      'up to   70 ms   0',
      `up to  100 ms   1  ${'█'.repeat(4)}`,
    ]);
    const slow = measureLatency([1500]);
    expect(slow && drawHistogram(slow)).toEqual([`up to     2 s  1  ${'█'.repeat(40)}`]);
  });
});
