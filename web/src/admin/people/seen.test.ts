import { expect, test } from 'vitest';
import type { Drop } from '../../drops/drop.ts';
import { hasMoved, seenOf } from './seen.ts';

const drop = { remaining: 3, waiting: 0, lastGrantedArrival: 7, state: 'open' } as Drop;

test.each<[boolean, Partial<Drop>]>([
  [false, {}],
  [false, { state: 'closed' }],
  [true, { remaining: 2 }],
  [true, { waiting: 1 }],
  // One came back, and went to somebody else.
  [true, { lastGrantedArrival: 9 }],
])('moved: %s with %j', (moved, change) => {
  expect(hasMoved(seenOf(drop), { ...drop, ...change } as Drop)).toBe(moved);
});
