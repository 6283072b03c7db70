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

test('a name asks for all of this person', async () => {
  requestAsMember.mockResolvedValue({ items: [], next: null });
  await loadPeople('7', readPeopleFilter('?state=held&username=alice'), null);
  expect(requestAsMember.mock.calls[0]?.[0]).toBe('/v1/drops/7/people?who=all&username=alice&limit=30');
});
