import { expect, test, vi } from 'vitest';
import { Problem, Unreachable } from '../../http/problem.ts';
import { collect, csvOf } from './csv.ts';
import type { PersonInDrop } from './people.ts';

const person = (changes: Partial<PersonInDrop> = {}): PersonInDrop => ({
  ...{ arrival: 7, claimedAt: '2026-11-21T10:00:00.123Z', outcome: 'granted', line: null },
  person: { id: '1', username: 'alice' },
  grant: {
    ...{ id: '7-1', serial: 1, state: 'used', grantedAt: 'then', holdUntil: null, validUntil: 'later' },
    ...{ settledAt: null, reference: 'till 4', paying: false, payment: null },
  },
  ...changes,
});
const rowsOf = (people: PersonInDrop[]) => csvOf(people).split('\r\n').slice(1, -1);

test('one row each, with what is missing left empty', () => {
  expect(
    rowsOf([person(), person({ outcome: 'sold_out', grant: null, line: { state: 'waiting', position: 3 } })]),
  ).toEqual([
    '7,2026-11-21T10:00:00.123Z,granted,alice,1,,,1,used,then,,later,,till 4,,,',
    '7,2026-11-21T10:00:00.123Z,sold_out,alice,1,waiting,3,,,,,,,,,,',
  ]);
});

test.each([
  ['a, b', '"a, b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['@sum(a1)', "'@sum(a1)"],
  ['-2+3, x', '"\'-2+3, x"'],
])('a reference %j cannot be mistaken', (reference, cell) => {
  const { grant } = person();
  if (grant === null) throw new Error('has a unit');
  expect(rowsOf([person({ grant: { ...grant, reference } })]).join('\r\n')).toContain(`,${cell},`);
});

const pages = (lengths: number[]) => async (cursor: string | null) => {
  const page = Number(cursor ?? 0);
  const items = Array.from({ length: lengths[page] ?? 0 }, (_, index) => `${page}.${index}`);
  return { items, next: page + 1 < lengths.length ? String(page + 1) : null };
};
const signal = new AbortController().signal;

test.each([
  [[3, 0, 2], 100, 5, false],
  [[3, 3, 3], 6, 6, true],
  [[3, 3], 6, 6, false],
  [[4, 4], 6, 6, true],
  [[0], 6, 0, false],
])('pages of %j, at most %i rows: %i, cut: %s', async (lengths, rowsMax, count, isCut) => {
  const onRows = vi.fn();
  const all = await collect(pages(lengths), { signal, rowsMax, onRows });
  expect([all.items.length, all.isCut]).toEqual([count, isCut]);
  expect(new Set(all.items).size).toBe(count);
});

test('stopped: nothing comes of it', async () => {
  const stopped = new AbortController();
  const onRows = () => stopped.abort();
  await expect(collect(pages([1, 1]), { signal: stopped.signal, rowsMax: 9, onRows })).rejects.toThrow();
});

test('a cut answer, and being asked to slow down, are asked again; what stays wrong is told', async () => {
  vi.useFakeTimers();
  const passing = [new Unreachable(), new Problem(429, {}, 1), new Problem(503, {}, null)];
  const load = pages([2, 2]);
  const hampered = (cursor: string | null) => {
    const error = cursor === '1' ? passing.shift() : undefined;
    return error ? Promise.reject(error) : load(cursor);
  };
  const all = collect(hampered, { signal, rowsMax: 9, onRows: () => {} });
  await vi.runAllTimersAsync();
  expect((await all).items).toHaveLength(4);

  const refused = collect(() => Promise.reject(new Problem(403, {}, null)), { signal, rowsMax: 9, onRows: () => {} });
  await expect(refused).rejects.toThrow(Problem);
  const always = collect(() => Promise.reject(new Unreachable()), { signal, rowsMax: 9, onRows: () => {} });
  const told = expect(always).rejects.toThrow(Unreachable);
  await vi.runAllTimersAsync();
  await told;
  vi.useRealTimers();
});
