import { describe, expect, it } from 'vitest';
import { parseLedger } from '../../history/ledger.ts';
import { unsettledPayments } from './settled-ledger.ts';

const at = (second: number) => `2026-11-21T10:00:${String(second).padStart(2, '0')}.000Z`;

function unsettled(payment: object, charge?: object): string[] {
  const rows = [
    { type: 'drop', id: '7', serverTime: at(30) },
    { type: 'payment', id: 'p', serial: 1, failure: null, askedAt: at(0), ...payment },
    ...(charge === undefined ? [] : [{ type: 'charge', orderId: 'p', amount: 1, ...charge }]),
  ];
  return unsettledPayments(parseLedger(rows.map((row) => JSON.stringify(row)).join('\n')));
}

describe('a payment has come to its end', () => {
  it.each([
    ['succeeded', { state: 'succeeded' }, { refunded: false }],
    ['failed', { state: 'failed', failure: 'card_declined', askedAt: at(29) }, undefined],
    ['failed without an answer, long ago', { state: 'failed', failure: 'no_answer', askedAt: at(20) }, undefined],
    ['refunded', { state: 'refunded' }, { refunded: true }],
    ['pending, and nobody was asked', { state: 'pending', askedAt: null }, undefined],
  ])('when it is %s', (_what, payment, charge) => {
    expect(unsettled(payment, charge)).toEqual([]);
  });

  it.each([
    ['pending', { state: 'pending' }, undefined, 'payment p is pending'],
    ['refunding', { state: 'refunding' }, { refunded: false }, 'payment p is refunding'],
    [
      'failed and charged',
      { state: 'failed' },
      { refunded: false },
      'payment p is failed, its charge was not given back',
    ],
    ['failed just now', { state: 'failed', failure: 'no_answer', askedAt: at(26) }, undefined, 'may still be charged'],
  ])('not when it is %s', (_what, payment, charge, words) => {
    expect(unsettled(payment, charge)).toEqual([expect.stringContaining(words)]);
  });
});
