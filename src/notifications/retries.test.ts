import { describe, expect, it } from 'vitest';
import { ATTEMPTS_MAX, postponedMs, waitMs } from './retries.ts';

describe('retries', () => {
  it('wait ever longer, and no longer than ten minutes', () => {
    const bounds = Array.from({ length: ATTEMPTS_MAX }, (_, tried) => waitMs(tried + 1, 1) / 1000);
    expect(bounds).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
    expect(waitMs(1, 0.5)).toBe(5_000);
    expect(waitMs(60, 1)).toBe(600_000);
  });

  it('are spread over all of the wait', () => {
    expect([waitMs(3, 0), waitMs(3, 0.25), waitMs(3, 0.75)]).toEqual([0, 10_000, 30_000]);
  });

  it('wait as long as the other side asks, within reason', () => {
    expect([-5, 0, 1_500.4, 1e12].map(postponedMs)).toEqual([0, 0, 1_500, 3_600_000]);
  });
});
