import { expect, test } from 'vitest';
import { isHoldMinutes, toMinor } from './draft.ts';

test.each([
  ['5000', 'KRW', 5000],
  ['5,000', 'KRW', 5000],
  ['12.5', 'KRW', undefined],
  ['42.5', 'USD', 4250],
  ['0.07', 'USD', 7],
  ['1.005', 'USD', undefined],
  ['-1', 'USD', undefined],
  ['', 'KRW', undefined],
  ['ten', 'KRW', undefined],
])('%s %s is %s of the smallest unit', (text, currency, units) => {
  expect(toMinor(text, currency)).toBe(units);
});

test.each([
  ['30', true],
  ['0.05', true],
  ['.5', true],
  ['1440', true],
  ['0.04', false],
  ['1441', false],
  ['0', false],
  ['-3', false],
  ['1e2', false],
  ['', false],
  ['half', false],
])('%j minutes to pay: %s', (text, isPossible) => {
  expect(isHoldMinutes(text)).toBe(isPossible);
});
