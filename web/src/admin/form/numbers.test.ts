import { expect, test } from 'vitest';
import { plainNumber, wholeNumber } from './numbers.ts';

test.each([
  ['12', '12'],
  [' 1,000 ', '1000'],
  ['10,000,000', '10000000'],
  ['1,234.50', '1234.50'],
  ['.5', '.5'],
  ['１２', '12'],
  ['１，０００', '1000'],
  ['1,2,3', null],
  ['12,50', null],
  ['1,0000', null],
  ['1.2.3', null],
  ['12.', null],
  ['-1', null],
  ['1e3', null],
  ['', null],
  ['.', null],
])('%j is %j', (typed, plain) => {
  expect(plainNumber(typed)).toBe(plain);
});

test.each([
  ['1,000', 1000],
  ['１２', 12],
  ['1.0', Number.NaN],
  ['many', Number.NaN],
])('%j is the whole number %j', (typed, number) => {
  expect(wholeNumber(typed)).toBe(number);
});
