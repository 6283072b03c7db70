import { beforeEach, expect, test, vi } from 'vitest';

const requestAsMember = vi.hoisted(() => vi.fn<(path: string) => Promise<unknown>>());
vi.mock('../../accounts/session.ts', () => ({ requestAsMember }));
const { loadPeople, readPeopleFilter } = await import('./people.ts');

beforeEach(() => requestAsMember.mockReset());

test.each([
  ['', { who: 'holders', state: '', username: '' }],
  ['?who=waiting&state=held', { who: 'waiting', state: '', username: '' }],
  ['?state=held&username=alice', { who: 'holders', state: 'held', username: 'alice' }],
  ['?who=kings&state=lost', { who: 'holders', state: '', username: '' }],
])('the filter of %j', (search, filter) => {
  expect(readPeopleFilter(search)).toEqual(filter);
});

test('empty pages are passed over, but not for ever', async () => {
  requestAsMember.mockImplementation(async (path) => {
    const page = Number(new URL(path, 'http://shop').searchParams.get('cursor') ?? 0);
    return { items: page === 3 ? ['somebody'] : [], next: String(page + 1) };
  });
  const filter = readPeopleFilter('?who=refused');
  expect(await loadPeople('7', filter, null)).toEqual({ items: ['somebody'], next: '4' });
  expect(requestAsMember.mock.calls.map(([path]) => new URL(path, 'http://shop').searchParams.get('cursor'))).toEqual([
    null,
    '1',
    '2',
    '3',
  ]);
  expect((await loadPeople('7', filter, '4')).items).toEqual([]);
  expect(requestAsMember).toHaveBeenCalledTimes(14);
});

test('a name asks for all of this person', async () => {
  requestAsMember.mockResolvedValue({ items: [], next: null });
  await loadPeople('7', readPeopleFilter('?state=held&username=alice'), null);
  expect(requestAsMember.mock.calls[0]?.[0]).toBe('/v1/drops/7/people?who=all&username=alice&limit=30');
});
