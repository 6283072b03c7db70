import { describe, expect, test } from 'vitest';
import { type Grant, type GrantState, grantStateAt, isInHand, laterOf } from './grant.ts';

const end = '2026-11-21T10:30:00.000Z';
const before = Date.parse(end) - 1;
const after = Date.parse(end);

function grant(state: GrantState, fields: Partial<Grant> = {}): Grant {
  return {
    ...{ id: '7-1', kind: 'product', dropId: '7', title: 'Cup', imageUrl: null, serial: 1, arrival: 1, state },
    ...{ grantedAt: '2026-11-21T10:00:00.000Z', code: null, validUntil: null, discount: null, holdUntil: null },
    ...{ price: null, currency: null, settledAt: null, reference: null, paying: false },
    ...fields,
  };
}

describe('a grant’s state by the clock', () => {
  test.each<[string, Grant, number, GrantState]>([
    ['a slot, before its hold ends', grant('held', { holdUntil: end }), before, 'held'],
    ['a slot, when its hold ends', grant('held', { holdUntil: end }), after, 'expired'],
    ['a slot that a payment keeps', grant('held', { holdUntil: end, paying: true }), after, 'held'],
    ['a slot that was bought', grant('confirmed', { holdUntil: end }), after, 'confirmed'],
    ['a coupon, before its end', grant('usable', { validUntil: end }), before, 'usable'],
    ['a coupon, at its end', grant('usable', { validUntil: end }), after, 'expired'],
    ['a coupon without an end', grant('usable'), after, 'usable'],
    ['a coupon that was used', grant('used', { validUntil: end }), after, 'used'],
  ])('%s', (_name, told, now, state) => {
    expect(grantStateAt(told, now)).toBe(state);
  });
});

describe('two views of one grant', () => {
  test.each<[GrantState, GrantState, GrantState]>([
    ['held', 'confirmed', 'confirmed'],
    ['confirmed', 'held', 'confirmed'],
    ['expired', 'held', 'expired'],
    ['usable', 'used', 'used'],
    ['cancelled', 'usable', 'cancelled'],
  ])('%s, and told that it is %s: %s', (known, told, shown) => {
    expect(laterOf(grant(known), grant(told)).state).toBe(shown);
  });

  test('a payment begins and fails, and may begin again', () => {
    const paying = laterOf(grant('held'), grant('held', { paying: true }));
    expect(paying.paying).toBe(true);
    expect(laterOf(paying, grant('held')).paying).toBe(false);
  });
});

test('what went back is not in hand', () => {
  const states: GrantState[] = ['usable', 'used', 'held', 'confirmed', 'cancelled', 'expired', 'returned'];
  expect(states.filter((state) => isInHand(grant(state)))).toEqual(['usable', 'used', 'held', 'confirmed']);
});
