import { expect, test } from 'vitest';
import type { DropState } from '../drops/drop.ts';
import { type LineView, lineIn, placeIn } from './line.ts';

const waiting: LineView = { is: 'waiting', position: 3, waiting: 240 };
const refused: LineView = { is: 'refused', code: 'no_waiting_line' };
const absent: LineView = { is: 'absent' };

test.each<[DropState, LineView, LineView]>([
  ['sold_out', waiting, waiting],
  ['sold_out', refused, refused],
  ['open', waiting, waiting],
  ['open', refused, absent],
  ['closed', waiting, absent],
  ['cancelled', waiting, absent],
  ['closed', { is: 'joining' }, absent],
])('a drop that is %s, and %o: shown is %o', (state, line, shown) => {
  expect(lineIn(state, line)).toEqual(shown);
});

test('in the moment between two answers the position is not known', () => {
  expect(placeIn({ place: 'waiting' })).toEqual({ position: null, waiting: 0 });
  expect(placeIn({ place: 'waiting', position: 3, waiting: 240 })).toEqual({ position: 3, waiting: 240 });
});
