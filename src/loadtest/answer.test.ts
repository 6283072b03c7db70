import { describe, expect, it } from 'vitest';
import { isRetryable, readHttpAnswer, readSocketAnswer } from './answer.ts';

const nothing = {
  status: null,
  outcome: null,
  errorCode: null,
  arrival: null,
  serial: null,
  grantId: null,
  code: null,
  holdUntil: null,
  retryAfterMs: null,
};
const grant = { outcome: 'granted', dropId: '7', requestId: 'r', grantId: 'g', serial: 1, arrival: 3, code: 'AAAA' };
const refusal = { status: 409, code: 'sold_out', outcome: 'sold_out', arrival: 9 };
const early = { outcome: 'not_open', opensAt: '2026-11-21T10:00:00.500Z', serverTime: '2026-11-21T10:00:00.100Z' };

describe('an answer over HTTP', () => {
  it.each([
    [
      'granted',
      201,
      null,
      grant,
      { status: 201, outcome: 'granted', arrival: 3, serial: 1, grantId: 'g', code: 'AAAA' },
    ],
    [
      'granted with a hold',
      201,
      null,
      { ...grant, code: undefined, holdUntil: '2026-11-21T10:30:00.000Z' },
      { status: 201, outcome: 'granted', arrival: 3, serial: 1, grantId: 'g', holdUntil: '2026-11-21T10:30:00.000Z' },
    ],
    ['refused by the ledger', 409, null, refusal, { status: 409, outcome: 'sold_out', arrival: 9 }],
    ['refused at the gate', 409, null, { ...refusal, arrival: undefined }, { status: 409, outcome: 'sold_out' }],
    ['too early', 425, null, { ...early, code: 'not_open' }, { status: 425, outcome: 'not_open', retryAfterMs: 400 }],
    ['busy', 503, 2, { code: 'overloaded' }, { status: 503, errorCode: 'overloaded', retryAfterMs: 2000 }],
    [
      'queued',
      202,
      1,
      { claim: '/v1/drops/7/claims/r', dropId: '7', requestId: 'r' },
      { status: 202, errorCode: 'queued', retryAfterMs: 1000 },
    ],
    ['an error without code', 500, null, {}, { status: 500, errorCode: 'status_500' }],
    ['an outcome nobody knows', 200, null, { outcome: 'maybe' }, { status: 200, errorCode: 'unknown_outcome' }],
  ])('%s', (_what, status, retryAfter, body, wanted) => {
    expect(readHttpAnswer(status, retryAfter, JSON.stringify(body))).toEqual({ ...nothing, ...wanted });
  });

  it('that is not JSON is an error, not a crash', () => {
    expect(readHttpAnswer(502, null, '<html>')).toEqual({ ...nothing, status: 502, errorCode: 'unreadable_answer' });
  });
});

describe('an answer over the socket', () => {
  it.each([
    [
      'granted',
      { type: 'outcome', ...grant },
      { outcome: 'granted', arrival: 3, serial: 1, grantId: 'g', code: 'AAAA' },
    ],
    ['refused', { type: 'outcome', ...refusal }, { outcome: 'sold_out', arrival: 9 }],
    ['too early', { type: 'outcome', ...early }, { outcome: 'not_open', retryAfterMs: 400 }],
    [
      'busy',
      { type: 'error', code: 'rate_limited', retryAfterSeconds: 1 },
      { errorCode: 'rate_limited', retryAfterMs: 1000 },
    ],
  ])('%s', (_what, message, wanted) => {
    expect(readSocketAnswer(message)).toEqual({ ...nothing, ...wanted });
  });
});

describe('a claim is sent again', () => {
  const over = (body: object, status: number) => isRetryable(readHttpAnswer(status, null, JSON.stringify(body)));
  it.each([
    ['not_open', over(early, 425), true],
    ['overloaded', over({ code: 'overloaded' }, 503), true],
    ['claim_in_flight', over({ code: 'claim_in_flight' }, 429), true],
    ['queued', over({ dropId: '7', requestId: 'r' }, 202), true],
    ['a bare 503', over({}, 503), true],
    ['granted', over(grant, 201), false],
    ['sold_out', over(refusal, 409), false],
    ['internal', over({ code: 'internal' }, 500), false],
    ['unauthenticated', over({ code: 'unauthenticated' }, 401), false],
  ])('after %s: %s', (_what, is, wanted) => {
    expect(is).toBe(wanted);
  });
});
