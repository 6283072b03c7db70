import { expect, it, vi } from 'vitest';
import { RateMap } from './rate-map.ts';

it('gives each key its share of a second, and a new share in the next', () => {
  const map = new RateMap(2);
  expect([0, 1, 2, 999].map((ms) => map.admit('alice', ms))).toEqual([true, true, false, false]);
  expect(map.admit('bob', 999)).toBe(true);
  expect([1000, 1001, 1002].map((ms) => map.admit('alice', ms))).toEqual([true, true, false]);
});

it('goes by a clock that nobody sets back', () => {
  vi.useFakeTimers({ now: 3_600_000 });
  try {
    const map = new RateMap(1);
    expect([map.admit('alice'), map.admit('alice')]).toEqual([true, false]);
    vi.setSystemTime(0);
    vi.advanceTimersByTime(1_000);
    expect(map.admit('alice')).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
