import { describe, expect, it } from 'vitest';
import { type Drop, remainingOf, stateOf, viewOf } from './drop.ts';
import { exampleDrop } from './example-drop.ts';

describe('the state of a drop', () => {
  const drop = exampleDrop({ opensAtMs: 1000, closesAtMs: 2000, stock: 2 });

  it.each([
    ['scheduled', { nowMs: 999 }],
    ['open', { nowMs: 1000 }],
    ['open', { nowMs: 1999, granted: 1 }],
    ['sold_out', { nowMs: 1500, granted: 2 }],
    ['closed', { nowMs: 2000 }],
    ['closed', { nowMs: 2000, granted: 2 }],
    ['cancelled', { nowMs: 999, cancelled: true }],
    ['cancelled', { nowMs: 2500, cancelled: true }],
  ] as const)('is %s with %j', (state, { nowMs, ...change }) => {
    expect(stateOf({ ...drop, ...change }, nowMs)).toBe(state);
  });

  it('never closes without a closing time', () => {
    expect(stateOf({ ...drop, closesAtMs: null }, Number.MAX_SAFE_INTEGER)).toBe('open');
  });
});

describe('the view of a drop', () => {
  it('has the terms of its kind, and none of the other', () => {
    const coupon = viewOf(exampleDrop({ kind: 'coupon' }), 0);
    expect(coupon).toMatchObject({ discount: { percent: 20 }, validForDays: 30, validUntil: null });
    expect(coupon).not.toHaveProperty('price');
    const product = viewOf(exampleDrop({ kind: 'product', price: 5, currency: 'KRW', holdSeconds: 1800 }), 0);
    expect(product).toMatchObject({ price: 5, currency: 'KRW', holdMinutes: 30 });
    expect(product).not.toHaveProperty('discount');
  });

  it('has another version for other terms, and the same for other counts', () => {
    const first = viewOf(exampleDrop(), 0).version;
    const changed: Partial<Drop>[] = [
      { title: 'Another' },
      { description: 'Blue' },
      { imageUrl: '/blue.png' },
      { perUserLimit: 2 },
      { discount: { percent: 50 } },
      { validForDays: 31 },
      { validForDays: null, validUntilMs: 5 },
      { price: 5 },
      { currency: 'USD' },
      { holdSeconds: 60 },
    ];
    const versions = changed.map((change) => viewOf(exampleDrop(change), 0).version);
    expect(new Set([first, ...versions]).size).toBe(changed.length + 1);
    expect(viewOf(exampleDrop({ granted: 3, entries: 9, stock: 20, cancelled: true, opensAtMs: 5 }), 0).version).toBe(
      first,
    );
  });

  it('never shows less than nothing', () => {
    expect(remainingOf(exampleDrop({ stock: 1, granted: 2 }))).toBe(0);
  });
});
