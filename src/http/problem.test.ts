import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROBLEMS } from './problem.ts';

it('every problem is documented with its status, and no other', () => {
  const table = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8').split('## People')[0] ?? '';
  const documented = [...table.matchAll(/^\| (\d{3}) \| (.+?) \|/gm)].flatMap(([, status, codes = '']) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${status} ${code}`),
  );
  const existing = Object.entries(PROBLEMS).map(([code, { status }]) => `${status} ${code}`);
  expect(documented.toSorted()).toEqual(existing.toSorted());
});
