import { expect, it } from 'vitest';
import type { Attempt } from '../../src/history/attempt.ts';
import { findLosses, type Losses } from './losses.ts';
import type { HeldGrant, Holdings } from './tables.ts';

const NOTHING: Losses = {
  acknowledgedLost: 0,
  soldTwice: 0,
  oversold: 0,
  undersold: 0,
  toldTwoAnswers: 0,
  overLimit: 0,
};

let clock = 0;

/** One attempt after the other, each answered before the next is sent. */
function told(userId: string, outcome: Attempt['outcome'], more: Partial<Attempt> = {}): Attempt {
  clock += 10;
  return {
    userId,
    dropId: '7',
    requestId: 'request-1',
    kind: 'claim',
    transport: 'http',
    intendedAt: clock,
    sentAt: clock,
    answeredAt: clock + 5,
    status: null,
    outcome,
    errorCode: null,
    arrival: null,
    serial: null,
    grantId: null,
    code: null,
    ...more,
  };
}

function granted(userId: string, serial: number, more: Partial<Attempt> = {}): Attempt {
  return told(userId, 'granted', { serial, grantId: `grant-${userId}-${serial}`, ...more });
}

function unknown(userId: string): Attempt {
  return told(userId, null, { kind: 'lookup', errorCode: 'claim_not_found', status: 404 });
}

function held(userId: string, serial: number, requestId = 'request-1'): HeldGrant {
  return { grantId: `grant-${userId}-${serial}`, userId, requestId, serial };
}

function holdings(stock: number, grants: readonly HeldGrant[], perUserLimit = 1): Holdings {
  return { id: '7', stock, perUserLimit, granted: grants.length, grants };
}

it('finds nothing in a correct sale, with repeats, lookups and answers that never came', () => {
  const history = [
    granted('1', 1),
    granted('1', 1),
    granted('1', 1, { kind: 'lookup' }),
    told('2', null, { answeredAt: null }),
    told('3', 'sold_out'),
    told('3', 'sold_out'),
    unknown('3'),
    told('1', 'limit_reached', { requestId: 'request-2' }),
    told('4', 'not_open'),
    granted('9', 1, { dropId: '8' }),
  ];
  expect(findLosses(history, holdings(2, [held('1', 1), held('2', 2)]))).toEqual(NOTHING);
});

it('counts a grant that was told and is not held', () => {
  const history = [granted('1', 1), granted('1', 1), granted('2', 2)];
  expect(findLosses(history, holdings(2, [held('2', 2)]))).toEqual({ ...NOTHING, acknowledgedLost: 1 });
});

it('counts a unit that two were told of, and one that was told to one and is held by another', () => {
  const history = [granted('1', 1), granted('2', 1), granted('3', 2)];
  expect(findLosses(history, holdings(9, [held('2', 1), held('4', 2)]))).toEqual({
    ...NOTHING,
    acknowledgedLost: 2,
    soldTwice: 2,
  });
});

it('counts units beyond the stock, told or held', () => {
  const history = [granted('1', 1), granted('2', 2)];
  expect(findLosses(history, holdings(1, [held('1', 1), held('2', 2), held('3', 3)]))).toEqual({
    ...NOTHING,
    oversold: 2,
  });
  expect(findLosses(history, holdings(1, [held('2', 2)]))).toMatchObject({ oversold: 1, acknowledgedLost: 1 });
});

it('counts units that are left, as far as somebody was sent away for them', () => {
  const history = [granted('1', 1), told('2', 'sold_out'), told('3', 'sold_out'), told('3', 'sold_out')];
  expect(findLosses(history, holdings(9, [held('1', 1)]))).toEqual({ ...NOTHING, undersold: 2 });
  expect(findLosses(history, holdings(2, [held('1', 1)]))).toEqual({ ...NOTHING, undersold: 1 });
  const atTheLimit = [granted('1', 1), told('1', 'sold_out', { requestId: 'request-2' })];
  expect(findLosses(atTheLimit, holdings(9, [held('1', 1)]))).toEqual(NOTHING);
});

it('does not count a lost unit as left, too', () => {
  const history = [granted('1', 1), told('2', 'sold_out')];
  expect(findLosses(history, holdings(1, []))).toEqual({ ...NOTHING, acknowledgedLost: 1 });
});

it('counts units beyond what one may have', () => {
  const history = ['a', 'b', 'c'].map((letter, index) => granted('1', index + 1, { requestId: letter }));
  const grants = ['a', 'b', 'c'].map((letter, index) => held('1', index + 1, letter));
  expect(findLosses(history, holdings(9, grants, 2))).toEqual({ ...NOTHING, overLimit: 1 });
});

it('counts requests that were told two things', () => {
  const stories: readonly [string, Attempt[], HeldGrant[]][] = [
    ['another serial', [granted('1', 1), granted('1', 2)], [held('1', 2)]],
    ['another serial than is held', [granted('1', 1)], [held('1', 2)]],
    ['granted, then refused', [granted('1', 1), told('1', 'sold_out')], [held('1', 1)]],
    ['refused, then granted', [told('1', 'sold_out'), granted('1', 1)], [held('1', 1)]],
    ['refused, and it is held', [told('1', 'sold_out')], [held('1', 1)]],
    ['granted, then unknown', [granted('1', 1), unknown('1')], [held('1', 1)]],
  ];
  for (const [what, history, grants] of stories) {
    expect(findLosses(history, holdings(2, grants)), what).toEqual({ ...NOTHING, toldTwoAnswers: 1 });
  }
});

it('lets a refusal be overtaken by a copy that was on its way at the same time', () => {
  const grant = granted('1', 1);
  const copy = told('1', 'sold_out', { sentAt: grant.sentAt, answeredAt: grant.answeredAt });
  expect(findLosses([copy, grant], holdings(1, [held('1', 1)]))).toEqual(NOTHING);
});
