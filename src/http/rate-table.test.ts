import { expect, it } from 'vitest';
import { RateTable } from './rate-table.ts';

it('gives each account its share of a second, and a new share in the next', () => {
  const table = new RateTable(2);
  expect([0, 1, 2, 999].map((ms) => table.admit('7', ms))).toEqual([true, true, false, false]);
  expect(table.admit('8', 999)).toBe(true);
  expect([1000, 1001, 1002].map((ms) => table.admit('7', ms))).toEqual([true, true, false]);
});

it('knows accounts however large their ids', () => {
  const table = new RateTable(1);
  expect(['9007199254740991', '131072', '131073'].map((id) => table.admit(id, 0))).toEqual([true, true, true]);
  expect(table.admit('9007199254740991', 0)).toBe(false);
});
