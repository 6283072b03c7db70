import { expect, test } from 'vitest';
import { urgencyOf } from './urgency.ts';

test.each([
  [30 * 60_000, 'calm'],
  [5 * 60_000 + 1, 'calm'],
  [5 * 60_000, 'soon'],
  [60_001, 'soon'],
  [60_000, 'last'],
  [0, 'last'],
])('%i ms left are %s', (leftMs, urgency) => {
  expect(urgencyOf(leftMs)).toBe(urgency);
});
