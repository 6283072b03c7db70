import { describe, expect, test } from 'vitest';
import { type Payment, type PaymentState, withPayment } from './payment.ts';

function payment(id: string, state: PaymentState, createdAt = '2026-11-21T10:00:00.000Z'): Payment {
  return {
    ...{
      id,
      grantId: '7-1',
      dropId: '7',
      title: 'Cup',
      method: 'sandbox',
      amount: 4250,
      currency: 'USD',
      state,
      createdAt,
    },
    ...{ failure: null, decidedAt: null, refundedAt: null, receipt: null },
  };
}

describe('the tries to pay a slot', () => {
  test('a new one comes first', () => {
    const first = payment('a', 'failed', '2026-11-21T10:00:00.000Z');
    const second = payment('b', 'pending', '2026-11-21T10:01:00.000Z');
    expect(withPayment([first], second).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(withPayment([second], first).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test.each<[PaymentState, PaymentState, PaymentState]>([
    ['pending', 'succeeded', 'succeeded'],
    ['pending', 'failed', 'failed'],
    ['succeeded', 'pending', 'succeeded'],
    ['failed', 'refunding', 'refunding'],
    ['refunding', 'refunded', 'refunded'],
    ['refunded', 'failed', 'refunded'],
  ])('%s, and told that it is %s: %s', (known, told, shown) => {
    expect(withPayment([payment('a', known)], payment('a', told))).toEqual([payment('a', shown)]);
  });
});
