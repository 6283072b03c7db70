import { expect, test } from 'vitest';
import type { Drop } from '../../drops/drop.ts';
import { learnTime } from '../../realtime/clock.ts';
import {
  announcedAgain,
  bodyOf,
  changesBetween,
  copyOf,
  draftOf,
  emptyDraft,
  forAnotherTime,
  isHoldMinutes,
  toMinor,
} from './draft.ts';

test.each([
  ['5000', 'KRW', 5000],
  ['5,000', 'KRW', 5000],
  ['12.5', 'KRW', undefined],
  ['42.5', 'USD', 4250],
  ['0.07', 'USD', 7],
  ['1.005', 'USD', undefined],
  ['-1', 'USD', undefined],
  ['', 'KRW', undefined],
  ['1,2,3', 'USD', undefined],
  ['.5', 'USD', 50],
  ['１，２００', 'KRW', 1200],
  ['ten', 'KRW', undefined],
])('%s %s is %s of the smallest unit', (text, currency, units) => {
  expect(toMinor(text, currency)).toBe(units);
});

test.each([
  ['30', true],
  ['0.05', true],
  ['.5', true],
  ['1440', true],
  ['0.04', false],
  ['1441', false],
  ['0', false],
  ['-3', false],
  ['1e2', false],
  ['', false],
  ['half', false],
])('%j minutes to pay: %s', (text, isPossible) => {
  expect(isHoldMinutes(text)).toBe(isPossible);
});

const sold: Drop = {
  ...{ id: '7', kind: 'coupon', title: 'Winter', description: '', imageUrl: '/pictures/a.webp', state: 'closed' },
  ...{ opensAt: '2025-11-21T10:00:00.000Z', closesAt: '2025-11-21T12:30:00.000Z', stock: 100, remaining: 0 },
  ...{ lastGrantedArrival: 100, perUserLimit: 2, waitingLine: true, waiting: 0, createdAt: '' },
  ...{ discount: { amount: 5000, currency: 'KRW' }, validUntil: '2025-12-21T10:00:00.000Z', validForDays: null },
};

test('sold again: the same terms, and what ends keeps its distance from the new opening', () => {
  const now = Date.parse('2026-11-21T08:20:00.000Z');
  const body = bodyOf(copyOf(sold, now));
  expect(body).toMatchObject({ title: 'Winter', stock: 100, perUserLimit: 2, waitingLine: true });
  expect(body).toMatchObject({ discount: { amount: 5000, currency: 'KRW' }, imageUrl: '/pictures/a.webp' });
  const distance = (end: unknown) => Date.parse(String(end)) - Date.parse(String(body['opensAt']));
  expect(Date.parse(String(body['opensAt']))).toBeGreaterThan(now);
  expect(distance(body['closesAt'])).toBe(2.5 * 3_600_000);
  expect(distance(body['validUntil'])).toBe(30 * 86_400_000);
});

test('only what changed is sent', () => {
  const before = draftOf(sold);
  expect(changesBetween(before, before)).toEqual({});
  expect(changesBetween(before, { ...before, stock: '120', closesAt: '' })).toEqual({ stock: 120, closesAt: null });
});

test('“at once” is now by the server’s clock', () => {
  const ahead = Date.now() + 600_000;
  learnTime(new Date(ahead).toISOString(), performance.now(), performance.now());
  const { opensAt } = bodyOf({ ...emptyDraft(), opens: 'now' });
  expect(Math.abs(Date.parse(String(opensAt)) - ahead)).toBeLessThan(5_000);
});

test('once it has opened, what people act on is as announced; the rest stays as typed', () => {
  const before = draftOf(sold);
  const typed = { ...before, title: 'Summer', stock: '5', amount: '9000', validUntil: '2027-01-01T10:00' };
  const after = { ...typed, ...announcedAgain(before, typed) };
  expect(changesBetween(before, after)).toEqual({ title: 'Summer', stock: 5 });
  expect(announcedAgain(before, { ...before, title: 'Summer' })).toEqual({});
});

test('typed for a drop that is over: at the times typed, unless they have passed', () => {
  const fresh = copyOf(sold, Date.parse('2026-11-21T08:20:00.000Z'));
  const typed = { ...draftOf(sold), title: 'Summer', opensAt: '2026-11-21T12:00', closesAt: '2026-11-21T13:00' };
  expect(forAnotherTime(typed, fresh, Date.parse('2026-11-21T11:00'))).toEqual(typed);
  const { opensAt, closesAt, validUntil } = fresh;
  expect(forAnotherTime(typed, fresh, Date.parse('2026-11-21T12:00'))).toEqual({
    ...typed,
    opensAt,
    closesAt,
    validUntil,
  });
});
