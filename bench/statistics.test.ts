import { expect, it } from 'vitest';
import { best, median, percentile, spread } from './statistics.ts';

it('takes the middle of an odd number of rounds, and the mean of the two middle ones of an even number', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 100])).toBe(3);
  expect(() => median([])).toThrow('nothing');
});

it('takes the value that a share of them does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
  expect(percentile([7], 0.5)).toBe(7);
  expect(() => percentile([], 0.5)).toThrow('nothing');
});

it('tells the best round and how far apart they were', () => {
  expect(best([3, 9, 6])).toBe(9);
  expect(spread([3, 9, 6])).toBe(1);
});
