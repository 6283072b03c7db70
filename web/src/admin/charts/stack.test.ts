import { expect, test } from 'vitest';
import { stacked, summaryOf, withHoles } from './stack.ts';

const column = (...values: number[]) => Float64Array.from(values);

test('each column stands on those before it', () => {
  expect(stacked([column(1, 0, 5), column(2, 3, 0), column(0, 1, 1)])).toEqual([
    [1, 0, 5],
    [3, 3, 5],
    [3, 4, 6],
  ]);
});

test('of what nothing is known nothing is drawn, in any column from there on', () => {
  expect(stacked([column(1, Number.NaN), column(2, 2)])).toEqual([
    [1, null],
    [3, null],
  ]);
  expect(withHoles(column(1.5, Number.NaN, 0))).toEqual([1.5, null, 0]);
});

test('sum and most leave out what is not known', () => {
  expect(summaryOf(column(1, Number.NaN, 4))).toEqual({ sum: 5, most: 4 });
  expect(summaryOf(column(Number.NaN))).toEqual({ sum: 0, most: null });
  expect(summaryOf(column())).toEqual({ sum: 0, most: null });
});
