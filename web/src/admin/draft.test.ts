import { expect, test } from 'vitest';
import { toMinor } from './draft.ts';

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
