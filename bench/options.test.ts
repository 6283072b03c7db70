import { expect, it } from 'vitest';
import { readOptions, SECTIONS } from './options.ts';

it('runs everything unless told otherwise, always in the same order', () => {
  expect(readOptions([])).toEqual({ only: SECTIONS, quick: false, jsonFile: undefined });
  expect(readOptions(['--only', 'memory, ledger', '--quick'])).toMatchObject({
    only: ['ledger', 'memory'],
    quick: true,
  });
});

it('names what it does not know', () => {
  expect(() => readOptions(['--only', 'ledger,lunch'])).toThrow('not lunch');
  expect(() => readOptions(['--fast'])).toThrow('--fast');
});
