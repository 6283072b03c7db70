import { expect, test } from 'vitest';
import { remainingHistory } from './remaining.ts';

const seconds = (...values: number[]) => Float64Array.from(values);

/** Opened before all of it, unless said otherwise. */
function history(granted: number[], seen: Record<number, number>, { stock = 100, opensAt = -1 } = {}) {
  const time = seconds(...granted.map((_, index) => index));
  const figures = new Map(Object.entries(seen).map(([second, left]) => [Number(second), left]));
  return remainingHistory(time, seconds(...granted), figures, { stock, opensAt });
}

test('before the page looked, the grants are added back; the lines meet', () => {
  expect(history([0, 10, 20, 5], { 3: 65 })).toEqual({
    known: [null, null, null, 65],
    reckoned: [100, 90, 70, 65],
  });
});

test('what was seen is believed, whatever the grants say', () => {
  expect(history([0, 10, 20, 5], { 0: 100, 1: 90, 2: 71, 3: 66 })).toEqual({
    known: [100, 90, 71, 66],
    reckoned: [null, null, null, null],
  });
});

test('a minute in which nobody looked begins and ends where somebody did', () => {
  expect(history([1, 1, 1, 1, 1], { 0: 99, 1: 98, 4: 95 })).toEqual({
    known: [99, 98, null, null, 95],
    reckoned: [null, 98, 97, 96, 95],
  });
});

test('more than the stock was never left: units came back', () => {
  expect(history([50, 80, 40], { 2: 30 }).reckoned).toEqual([100, 70, 30]);
});

test('a second of which nothing is known grants nothing; without a figure there is no history', () => {
  expect(history([0, 3, Number.NaN, 2], { 3: 50 }).reckoned).toEqual([55, 52, 52, 50]);
  expect(history([1, 2], {})).toEqual({ known: [null, null], reckoned: [null, null] });
});

test('from the opening on, what went to the waiting line was never left', () => {
  const sale = { stock: 3, opensAt: 1 };
  // Sold in one second; then two come back, and go to those who wait.
  expect(history([0, 3, 0, 1, 1], { 4: 0 }, sale)).toEqual({
    known: [null, null, null, null, 0],
    reckoned: [3, 0, 0, 0, 0],
  });
  expect(history([0, 1, 1], { 2: 1 }, sale).reckoned).toEqual([3, 2, 1]);
});

test('what came back while nobody looked is there when somebody does', () => {
  expect(history([0, 0, 0, 2, 0], { 0: 0, 1: 0, 4: 5 }).reckoned).toEqual([null, 0, 0, 0, 5]);
});
