import { expect, test } from 'vitest';
import { roundTop } from './round-top.ts';

test.each([
  [0, 1, 1.5],
  [0, 10, 15],
  [3, 1, 4],
  [97, 1, 100],
  [99, 1, 150],
  [4_800, 1, 5_000],
  [0.4, 0, 0.5],
  [Number.NaN, 5, 6],
  [Number.NEGATIVE_INFINITY, 0, 1],
])('over %f, at least %f: %f', (highest, least, top) => {
  expect(roundTop(highest, least)).toBeCloseTo(top, 9);
});

test('is always above, and never twice as high as need be', () => {
  for (let value = 1; value < 1e6; value = Math.ceil(value * 1.07)) {
    const top = roundTop(value, 0);
    expect(top).toBeGreaterThan(value);
    expect(top).toBeLessThan(value * 2);
  }
});
