import { expect, it } from 'vitest';
import { hasAlready } from './entity-tag.ts';

it.each([
  ['"one"', true],
  ['W/"one"', true],
  ['"none", W/"one"', true],
  ['"none","one"', true],
  ['"one-more"', false],
  ['one', false],
  ['', false],
  [undefined, false],
])('who sends %s has "one": %s', (ifNoneMatch, has) => {
  expect(hasAlready(ifNoneMatch, '"one"')).toBe(has);
});
