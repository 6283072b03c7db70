import { expect, test } from 'vitest';
import { fitInto } from './shrink-picture.ts';

test.each([
  [3000, 1500, 1600, 800],
  [1500, 3000, 800, 1600],
  [1600, 1600, 1600, 1600],
  [40, 30, 40, 30],
  [16_000, 3, 1600, 1],
])('%i × %i becomes %i × %i', (width, height, toWidth, toHeight) => {
  expect(fitInto({ width, height }, 1600)).toEqual({ width: toWidth, height: toHeight });
});
