import { describe, expect, it } from 'vitest';
import { Problem } from '../http/problem.ts';
import type { Drop } from './drop.ts';
import { exampleDrop } from './example-drop.ts';
import { amendedTerms, type DropInput, newTerms } from './terms.ts';

const NOW_MS = Date.parse('2026-11-21T10:00:00Z');
const at = (minutes: number) => new Date(NOW_MS + minutes * 60_000).toISOString();

const COUPON: DropInput = { title: 'Coupon', stock: 10, opensAt: at(5), discount: { percent: 10 }, validForDays: 7 };
const PRODUCT: DropInput = { title: 'Product', stock: 10, opensAt: at(5), price: 1000 };

/** `code: field, field` of what is thrown. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem)
      return `${error.code}: ${(error.details.errors ?? []).map((each) => each.field).join(', ')}`;
    throw error;
  }
  return 'accepted';
}

describe('the terms of a new drop', () => {
  it('fill in what was left out', () => {
    expect(newTerms('coupon', COUPON, NOW_MS)).toMatchObject({
      perUserLimit: 3,
      waitingLine: false,
      currency: null,
      closesAtMs: null,
    });
    expect(newTerms('product', PRODUCT, NOW_MS)).toMatchObject({
      perUserLimit: 1,
      currency: 'KRW',
      holdSeconds: 1800,
      discount: null,
    });
  });

  it.each<[string, 'coupon' | 'product', DropInput]>([
    ['accepted', 'coupon', COUPON],
    ['accepted', 'product', PRODUCT],
    ['accepted', 'coupon', { ...COUPON, opensAt: at(-0.9) }],
    ['accepted', 'coupon', { ...COUPON, validForDays: null, validUntil: at(60) }],
    ['invalid_request: title, stock, opensAt, discount, validUntil', 'coupon', {}],
    ['invalid_request: title, stock, opensAt, price', 'product', {}],
    ['invalid_request: opensAt', 'coupon', { ...COUPON, opensAt: at(-2) }],
    ['invalid_request: title', 'coupon', { ...COUPON, title: ' \n' }],
    ['invalid_request: title', 'coupon', { ...COUPON, title: 'Winter\u202Ecoupon' }],
    ['accepted', 'coupon', { ...COUPON, title: 'خصم الشتاء' }],
    ['invalid_request: currency', 'product', { ...PRODUCT, currency: 'ZZZ' }],
    ['invalid_request: discount.currency', 'coupon', { ...COUPON, discount: { amount: 1, currency: 'ZZZ' } }],
    ['accepted', 'coupon', { ...COUPON, discount: { amount: 1, currency: 'JPY' } }],
    ['invalid_request: closesAt', 'coupon', { ...COUPON, closesAt: at(5) }],
    ['invalid_request: closesAt', 'coupon', { ...COUPON, opensAt: at(-0.5), closesAt: at(-0.1) }],
    ['invalid_request: validUntil', 'coupon', { ...COUPON, validUntil: at(60) }],
    ['invalid_request: validUntil', 'coupon', { ...COUPON, validForDays: null, validUntil: at(4) }],
    ['accepted', 'coupon', { ...COUPON, validForDays: null, validUntil: at(60), closesAt: at(60) }],
    ['invalid_request: closesAt', 'coupon', { ...COUPON, validForDays: null, validUntil: at(60), closesAt: at(61) }],
    ['invalid_request: opensAt', 'coupon', { ...COUPON, opensAt: '2026-12-31T23:59:60Z' }],
    ['invalid_request: closesAt', 'coupon', { ...COUPON, closesAt: '2026-12-31T10:00:00+09' }],
    ['invalid_request: validUntil', 'coupon', { ...COUPON, validForDays: null, validUntil: '2026-12-31T23:59:60Z' }],
    ['accepted', 'coupon', { ...COUPON, validForDays: null, validUntil: '9999-12-31T23:59:59Z' }],
    [
      'invalid_request: validUntil',
      'coupon',
      { ...COUPON, validForDays: null, validUntil: '9999-12-31T23:59:59-05:00' },
    ],
    ['invalid_request: closesAt', 'coupon', { ...COUPON, closesAt: '9999-12-31T23:59:59-00:01' }],
    ['invalid_request: price', 'coupon', { ...COUPON, price: 5 }],
    ['invalid_request: discount, validForDays', 'product', { ...PRODUCT, discount: { percent: 5 }, validForDays: 3 }],
  ])('%s for %s %j', (expected, kind, input) => {
    expect(refusal(() => newTerms(kind, input, NOW_MS))).toBe(expected);
  });
});

describe('a drop of coupons that are valid until a moment', () => {
  const until = { ...COUPON, validForDays: null, validUntil: at(60) };
  const closesAt = (terms: { closesAtMs: number | null }) =>
    terms.closesAtMs === null ? null : new Date(terms.closesAtMs).toISOString();
  const drop = (input: DropInput) => exampleDrop(newTerms('coupon', input, NOW_MS));

  it('closes by then', () => {
    expect(closesAt(newTerms('coupon', until, NOW_MS))).toBe(at(60));
    expect(closesAt(newTerms('coupon', { ...until, closesAt: null }, NOW_MS))).toBe(at(60));
    expect(closesAt(newTerms('coupon', { ...until, closesAt: at(30) }, NOW_MS))).toBe(at(30));
  });

  it.each<[string | null, DropInput, DropInput]>([
    [at(90), until, { validUntil: at(90) }],
    [at(40), until, { validUntil: at(40) }],
    [null, until, { validForDays: 7 }],
    [at(60), until, { title: 'New' }],
    [at(60), { ...until, closesAt: at(30) }, { closesAt: null }],
    [at(30), { ...until, closesAt: at(30) }, { validUntil: at(90) }],
    [at(50), COUPON, { validUntil: at(50) }],
  ])('closes at %s after %j is changed by %j', (expected, input, change) => {
    expect(closesAt(amendedTerms(drop(input), change, NOW_MS))).toBe(expected);
  });

  it.each<[string, DropInput, DropInput]>([
    ['invalid_request: closesAt', until, { closesAt: at(61) }],
    ['invalid_request: closesAt', { ...until, closesAt: at(30) }, { validUntil: at(20) }],
    ['invalid_request: opensAt', until, { opensAt: at(70) }],
    ['invalid_request: validUntil', until, { opensAt: at(70), validUntil: at(65) }],
    ['invalid_request: validUntil', until, { validUntil: '2026-12-31T23:59:60Z' }],
  ])('%s when %j is changed by %j', (expected, input, change) => {
    expect(refusal(() => amendedTerms(drop(input), change, NOW_MS))).toBe(expected);
  });
});

describe('a change of terms', () => {
  const scheduled = exampleDrop({ opensAtMs: NOW_MS + 60_000 });
  const running = exampleDrop({ opensAtMs: NOW_MS - 60_000, granted: 4, closesAtMs: NOW_MS + 60_000 });

  it.each<[string, Drop, DropInput]>([
    ['accepted', scheduled, { opensAt: at(9), discount: { amount: 500, currency: 'KRW' }, validUntil: at(60) }],
    [
      'accepted',
      running,
      { title: 'New', description: 'x', stock: 4, perUserLimit: 9, closesAt: at(9), waitingLine: true },
    ],
    ['accepted', running, { opensAt: at(-1), discount: { percent: 20 }, validForDays: 30 }],
    ['accepted', running, { closesAt: null }],
    ['stock_below_granted: stock', running, { stock: 3 }],
    ['drop_started: opensAt', running, { opensAt: at(5) }],
    ['drop_started: discount, validForDays', running, { discount: { percent: 90 }, validForDays: 1 }],
    ['drop_cancelled: ', { ...running, cancelled: true }, { title: 'x' }],
    ['invalid_request: closesAt', running, { closesAt: at(-0.5) }],
    ['invalid_request: opensAt', scheduled, { opensAt: at(-5) }],
    ['invalid_request: opensAt', { ...scheduled, closesAtMs: NOW_MS + 120_000 }, { opensAt: at(3) }],
    ['invalid_request: validUntil', scheduled, { validUntil: '9999-12-31T23:59:59-05:00' }],
    ['invalid_request: price', scheduled, { price: 5 }],
  ])('%s: %o %j', (expected, drop, input) => {
    expect(refusal(() => amendedTerms(drop, input, NOW_MS))).toBe(expected);
  });

  it('keeps all that was not mentioned', () => {
    const terms = amendedTerms(running, { title: 'New' }, NOW_MS);
    expect({ ...running, ...terms }).toEqual({ ...running, title: 'New' });
  });

  it('says how much is granted when the stock would be less', () => {
    expect(() => amendedTerms(running, { stock: 3 }, NOW_MS)).toThrow('4 units are granted');
  });
});
