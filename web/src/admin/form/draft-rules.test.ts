import { beforeAll, expect, test, vi } from 'vitest';
import type { Drop } from '../../drops/drop.ts';
import { startLanguage } from '../../language/language.ts';
import { copyOf, type Draft, draftOf, emptyDraft } from './draft.ts';
import { draftErrors } from './draft-rules.ts';
import { toLocal } from './moments.ts';

vi.hoisted(() => {
  vi.stubGlobal('navigator', { language: 'en' });
  vi.stubGlobal('document', { documentElement: {} });
});
beforeAll(startLanguage);

const now = Date.parse('2026-11-21T08:20:00.000Z');
const empty: Draft = { ...emptyDraft(now), title: 'A drop' };
const product: Draft = { ...empty, kind: 'product', price: '5000' };
const errorsOf = (changes: Partial<Draft>, draft = empty) => draftErrors({ ...draft, ...changes }, empty, false, now);

/** Ended by hand, three seconds after it opened. */
const ended: Drop = {
  ...{ id: '7', kind: 'coupon', title: 'Winter', description: '', imageUrl: null, state: 'closed' },
  ...{ opensAt: '2026-11-20T10:09:48.000Z', closesAt: '2026-11-20T10:09:51.000Z', stock: 100, remaining: 0 },
  ...{ lastGrantedArrival: 100, perUserLimit: 2, waitingLine: true, waiting: 0, createdAt: '' },
  ...{ discount: { percent: 10 }, validUntil: null, validForDays: 30 },
};

test('nothing is wrong with little more than a title', () => {
  expect(errorsOf({})).toEqual({});
  expect(errorsOf({}, product)).toEqual({});
});

test('a drop that ended within the minute it opened in can be changed', () => {
  const first = draftOf(ended);
  expect(draftErrors({ ...first, title: 'Another' }, first, true, now)).toEqual({});
  expect(draftErrors({ ...first, closesAt: first.opensAt.replace(/\d$/, '0') }, first, true, now)).toEqual({
    closesAt: 'Must be after the opening',
  });
});

test('one like it lasts a minute', () => {
  const like = copyOf(ended, now);
  expect(draftErrors(like, like, false, now)).toEqual({});
  expect(Date.parse(like.closesAt) - Date.parse(like.opensAt)).toBe(60_000);
});

test('the end must be after the opening that is typed', () => {
  const first = { ...empty, closesAt: empty.opensAt };
  const earlier = draftErrors({ ...first, closesAt: '2026-11-21T08:21' }, first, false, now);
  expect(earlier.closesAt).toBe('Must be after the opening');
  const later = draftErrors({ ...first, opensAt: '2027-01-01T10:00' }, first, false, now);
  expect(later.closesAt).toBe('Must be after the opening');
});

test('“at once” is now, by the clock that is asked', () => {
  const atOnce = (closesAt: string) => errorsOf({ opens: 'now', closesAt });
  expect(atOnce(toLocal(new Date(now + 60_000)))).toEqual({});
  expect(atOnce(toLocal(new Date(now))).closesAt).toBe('Must be after the opening');
});

test.each([
  ['12.5', 'KRW', { price: 'KRW has no part units: a whole number' }],
  ['12.505', 'USD', { price: 'USD has 2 digits after the point at most' }],
  ['1,2,3', 'USD', { price: 'Enter an amount such as 5,000' }],
  ['ten', 'USD', { price: 'Enter an amount such as 5,000' }],
  ['999,999,999,999.99', 'USD', { price: 'At most $10,000,000,000.00' }],
  ['999999999999999999', 'KRW', { price: 'At most ₩1,000,000,000,000' }],
  ['', 'KRW', { price: 'Please fill this in' }],
  ['5,000', 'ZZZ', { currency: 'There is no currency ZZZ' }],
  ['5,000', 'won', { currency: 'There is no currency WON' }],
  ['5,000', '₩', { currency: 'Three letters, such as KRW' }],
  ['5,000', 'usd', {}],
  ['０', 'KRW', {}],
])('a price of %j %s', (price, currency, wrong) => {
  expect(errorsOf({ price, currency }, product)).toEqual(wrong);
});

test('a discount of nothing is none', () => {
  expect(errorsOf({ discountKind: 'amount', amount: '0' })).toEqual({ amount: 'At least ₩1' });
});

test('numbers as they are typed', () => {
  expect(errorsOf({ stock: '1,000', perUserLimit: '３' })).toEqual({});
  expect(errorsOf({ stock: '1,00' }).stock).toMatch(/^A whole number/);
});

test('a title turns nothing around', () => {
  expect(errorsOf({ title: 'Winter\u202Ecoupon' }).title).toMatch(/direction/);
  expect(errorsOf({ title: 'خصم الشتاء' })).toEqual({});
});

test('an address that can be no picture', () => {
  expect(errorsOf({ imageUrl: '//evil.example/x.png' }).imageUrl).toMatch(/^A full address/);
});
