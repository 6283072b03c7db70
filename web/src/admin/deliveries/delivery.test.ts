import { expect, test, vi } from 'vitest';
import type { Delivery } from './delivery.ts';

vi.mock('../../accounts/session.ts', () => ({ requestAsMember: vi.fn() }));
vi.mock('../../language/language.ts', () => ({ language: { value: 'en' } }));
const { canBeSentAgain, readFilter, withDelivery } = await import('./delivery.ts');
const { writeFilter } = await import('../list/useAddressFilter.ts');

const delivery = (changes: Partial<Delivery> = {}): Delivery => ({
  ...{ id: '7', person: { id: '1', username: 'alice' }, type: 'granted', channel: 'email', state: 'failed' },
  ...{ attempts: 8, failure: '550 no such mailbox', createdAt: '', dueAt: '', endedAt: '' },
  ...changes,
});

test.each([
  ['', ''],
  ['?state=failed', '?state=failed'],
  ['?username=alice&type=granted&channel=slack&state=sent', '?state=sent&type=granted&channel=slack&username=alice'],
  ['?state=lost&channel=pigeon&page=3', ''],
  [`?username=${'a'.repeat(50)}`, `?username=${'a'.repeat(40)}`],
])('the filter of %j is %j', (search, written) => {
  expect(writeFilter(readFilter(search))).toBe(written);
});

test.each([
  ['email', 'failed', true],
  ['slack', 'sent', true],
  ['email', 'pending', false],
  ['in_app', 'sent', false],
] as const)('%s, %s: can be sent again is %s', (channel, state, expected) => {
  expect(canBeSentAgain(delivery({ channel, state }))).toBe(expected);
});

test('one that had failed keeps its place; one that was sent comes anew, on top', () => {
  const known = [delivery({ id: '9' }), delivery({ id: '7' })];
  expect(withDelivery(known, delivery({ state: 'pending' })).map(({ id, state }) => `${id} ${state}`)).toEqual([
    '9 failed',
    '7 pending',
  ]);
  expect(withDelivery(known, delivery({ id: '10' })).map(({ id }) => id)).toEqual(['10', '9', '7']);
});
