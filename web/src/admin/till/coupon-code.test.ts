import { expect, test } from 'vitest';
import { isWholeCode, tidyCode } from './coupon-code.ts';

test.each([
  ['wpj6d1skcean', 'WPJ6-D1SK-CEAN', true],
  [' wpj6 d1sk-cean ', 'WPJ6-D1SK-CEAN', true],
  ['WPJ6-DlSK-CEAN', 'WPJ6-D1SK-CEAN', true],
  ['oOiI', '0011', false],
  ['WPJ6-D1SK-CEANX', 'WPJ6-D1SK-CEAN-X', false],
  ['WPJ6-D1SU-CEAN', 'WPJ6-D1SU-CEAN', false],
  ['WPJ6-D1S?-CEAN', 'WPJ6-D1S?-CEAN', false],
  ['', '', false],
])('%j is tidied to %j', (typed, tidy, isWhole) => {
  expect(tidyCode(typed)).toBe(tidy);
  expect(isWholeCode(typed)).toBe(isWhole);
});
