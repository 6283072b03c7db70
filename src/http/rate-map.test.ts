import { expect, it } from 'vitest';
import { RateMap } from './rate-map.ts';

it('gives each key its share of a second, and a new share in the next', () => {
  const map = new RateMap(2);
  expect([0, 1, 2, 999].map((ms) => map.admit('alice', ms))).toEqual([true, true, false, false]);
  expect(map.admit('bob', 999)).toBe(true);
  expect([1000, 1001, 1002].map((ms) => map.admit('alice', ms))).toEqual([true, true, false]);
});
