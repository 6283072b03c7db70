/** The small sales of `spoilt-sales.ts` and `spoilt-lives.ts` are clean, and each way of spoiling them is seen by the rule that must. */
import { describe, expect, it } from 'vitest';
import type { Attempt } from './attempt.ts';
import { checkHistory, rules } from './check.ts';
import { attempt } from './reference-model.ts';
import type { Draft } from './reference-plan.ts';
import { livesSale, livesTable } from './spoilt-lives.ts';
import { entry, grant, type Row, sale, table, there } from './spoilt-sales.ts';

function broken({ history, ledger }: Draft, ...more: Attempt[]): string[] {
  return checkHistory([...history, ...more], ledger).map((violation) => violation.rule);
}

describe('a correct sale', () => {
  it.each([
    ['of coupons', sale],
    ['of slots, with a line and payments', livesSale],
  ])('%s has no violation', (_what, make) => {
    expect(checkHistory(make().history, make().ledger)).toEqual([]);
  });

  it('is judged without the attempts on other drops', () => {
    const elsewhere = { userId: 'u1', requestId: 'r1', dropId: '8', sentAt: 1, answeredAt: 2 };
    expect(broken(sale(), attempt({ ...elsewhere, outcome: 'closed' }))).toEqual([]);
  });

  it('is judged by what an export can tell that is older than the waiting line', () => {
    const { history, ledger } = sale();
    const grants = ledger.grants.map(({ settledAt, expiresAt, paymentId, ...rest }) => rest);
    Object.assign(entry({ history, ledger }, 1).body, { waitingLine: undefined, perUserLimit: undefined });
    expect(checkHistory(history, { ...ledger, grants })).toEqual([]);
  });
});

describe('what looks like a breach and is none', () => {
  const unserved = attempt({ userId: 'u6', requestId: 'r8', sentAt: 90, answeredAt: 91, errorCode: 'overloaded' });

  it.each([
    ['the drop was cancelled', { cancelledAt: '2026-11-21T10:00:00.200Z' }],
    ['the drop closed', { closesAt: '2026-11-21T10:00:00.200Z' }],
    ['the drop is not open yet', { opensAt: '2026-11-21T12:00:00Z' }],
    ['somebody waits for them', { waiting: 1, waitingLine: true }],
  ])('a claim without outcome while units are left, when %s', (_what, changes) => {
    const draft = sale();
    Object.assign(draft.ledger.drop, { stock: 4 }, changes);
    expect(broken(draft, unserved)).not.toContain('undersold');
  });

  it('a claim without outcome of a user who has all they may have', () => {
    const draft = sale();
    Object.assign(draft.ledger.drop, { stock: 4 });
    expect(broken(draft, { ...unserved, userId: 'u1' })).not.toContain('undersold');
  });

  it('a refusal at the gate of a user whose units were asked for by a client that nobody recorded', () => {
    const { history, ledger } = sale();
    const others = history.filter((one) => one.requestId !== 'r1' && one.requestId !== 'r2');
    const ids = { userId: 'u1', requestId: 'r9', sentAt: 90 };
    const refusal = attempt({ ...ids, answeredAt: 91, outcome: 'limit_reached' });
    expect(checkHistory([...others, refusal], ledger)).toEqual([]);
  });

  it('a refusal at the gate of a user whose unit came from the line', () => {
    const ids = { userId: 'u4', requestId: 'r9', sentAt: 90 };
    expect(broken(livesSale(), attempt({ ...ids, answeredAt: 91, outcome: 'limit_reached' }))).toEqual([]);
  });

  it('a lookup that was never answered', () => {
    const lookup = attempt({ userId: 'u2', requestId: 'r4', kind: 'lookup', sentAt: 90 });
    expect(broken(sale(), lookup)).toEqual([]);
  });

  it('a refusal at the gate in the very moment the last unit was asked for', () => {
    const draft = sale();
    const refusal = there(draft.history.find((one) => one.requestId === 'r6'));
    const sentAt = there(draft.history.find((one) => one.requestId === 'r4')).sentAt;
    Object.assign(refusal, { sentAt: 30, answeredAt: sentAt });
    expect(broken(draft)).toEqual([]);
  });

  it('a call whose answer was lost, or that said nothing of a final state', () => {
    const ids = { userId: 'u2', requestId: 'k', grantId: '7-3', sentAt: 90 };
    const lost = attempt({ ...ids, kind: 'use' });
    const usable = attempt({ ...ids, kind: 'cancel', answeredAt: 91, state: 'usable' });
    expect(broken(sale(), lost, usable)).toEqual([]);
  });

  it('a place that was given up and taken again', () => {
    const draft = livesSale();
    const again = { arrivals: [5], userIds: ['u5'] };
    draft.ledger.entries.push({ ...entry(draft, 23), number: 24, kind: 'joined', body: again });
    Object.assign(draft.ledger.drop, { entries: 24, waiting: 2 });
    Object.assign(there(draft.ledger.waiters.find(({ userId }) => userId === 'u5')), { state: 'waiting' });
    expect(broken(draft)).toEqual([]);
  });

  it.each([
    ['a unit given in the very moment of the opening', 'opensAt', '2026-11-21T10:00:00.011Z'],
    ['a unit given in the very moment of the end', 'closesAt', '2026-11-21T10:30:00.071Z'],
  ])('%s', (_what, field, at) => {
    const draft = livesSale();
    Object.assign(draft.ledger.drop, { [field]: at });
    Object.assign(entry(draft, 1).body, { [field]: at });
    expect(broken(draft)).toEqual([]);
  });

  it('a slot that is confirmed in the last moment in which it was kept for its payment', () => {
    const draft = livesSale();
    Object.assign(grant(draft, 2), { holdUntil: '2026-11-21T10:00:00.050Z', expiresAt: '2026-11-21T10:00:00.085Z' });
    expect(broken(draft)).toEqual([]);
  });

  it('a slot that is given back twice, which is told the same', () => {
    const back = {
      userId: 'u1',
      kind: 'cancel',
      grantId: '7-1',
      sentAt: 90,
      answeredAt: 91,
      state: 'returned',
    } as const;
    expect(broken(livesSale(), attempt({ ...back, requestId: 'x' }), attempt({ ...back, requestId: 'y' }))).toEqual([]);
  });

  const soon = '2026-11-21T10:41:00Z';
  it.each([
    ['pending', '10:37:31', soon, false, []],
    ['failed', '10:37:31', soon, false, []],
    ['refunding', '10:37:31', soon, false, []],
    ['refunding', '10:37:31', soon, true, []],
    ['pending', '10:37:30', soon, false, ['charges', 'payment_left_open']],
    ['refunding', '10:37:31', null, false, ['charges', 'payment_left_open']],
    ['failed', '10:37:31', null, false, ['charges']],
    ['refunded', '10:37:31', soon, false, ['charges']],
    ['succeeded', '10:37:31', soon, true, ['paid_slots', 'charges']],
    ['refunded', '10:00:00', null, true, []],
  ])(
    'a charge of a payment that is %s since %s, to be looked at %s (given back: %s): %j',
    (state, asked, checkAt, refunded, expected) => {
      const draft = livesSale();
      Object.assign(draft.ledger.drop, { serverTime: '2026-11-21T10:40:30.500Z' });
      const under = {
        id: 'p3',
        serial: 5,
        userId: 'u6',
        state,
        checkAt,
        askedAt: `2026-11-21T${asked}Z`,
        decidedAt: null,
      };
      draft.ledger.payments.push({ ...there(draft.ledger.payments[1]), ...under });
      // What a provider took by mistake is another amount, and goes back all the same.
      draft.ledger.charges.push({ type: 'charge', orderId: 'p3', amount: 999, refunded });
      expect(broken(draft)).toEqual(expected);
    },
  );

  it('a payment for which nobody was asked for money yet', () => {
    const draft = livesSale();
    const idle = { id: 'p3', serial: 5, userId: 'u6', state: 'pending', askedAt: null, decidedAt: null };
    draft.ledger.payments.push({ ...there(draft.ledger.payments[1]), ...idle });
    expect(broken(draft)).toEqual([]);
  });

  it('a slot that costs nothing: its payment takes nothing', () => {
    const draft = livesSale();
    Object.assign(draft.ledger.drop, { price: 0 });
    const payments = draft.ledger.payments.map((payment) => ({ ...payment, amount: 0 }));
    Object.assign(draft.ledger, { payments, charges: [] });
    expect(broken(draft)).toEqual([]);
  });
});

describe('a line that stands still', () => {
  const raised = { kind: 'amended', body: { changes: { stock: 6 } }, at: '10:31:00' };
  const joined = { kind: 'joined', body: { arrivals: [5], userIds: ['u5'] }, at: '10:31:00' };
  const offered = {
    kind: 'offered',
    body: { firstSerial: 6, arrivals: [5], userIds: ['u5'], passed: [] },
    at: '10:31:10',
  };
  const refused = {
    kind: 'claims',
    body: { firstArrival: 9, outcomes: 'c', userIds: ['u8'], requestIds: ['r9'] },
    at: '10:31:10',
  };
  const renamed = { kind: 'amended', body: { changes: { title: 'x' } }, at: '10:31:10' };

  it.each([
    ['with nothing left', [], '10:40:00', {}, false],
    ['for as long as an offer may take', [raised], '10:31:02', {}, false],
    ['for longer', [raised], '10:31:02.001', {}, true],
    ['for longer, whoever claims meanwhile', [raised, refused], '10:31:10', {}, true],
    ['for longer, but units are offered meanwhile', [joined, raised, offered], '10:31:12', {}, false],
    ['for longer since the last offer', [joined, raised, offered], '10:31:12.001', {}, true],
    ['for longer, but it may have been opened meanwhile', [raised, renamed], '10:31:12', {}, false],
    ['for longer, and is closed', [raised], '10:40:00', { closesAt: '2026-11-21T10:39:00Z' }, false],
    ['for longer, and is cancelled', [raised], '10:40:00', { cancelledAt: '2026-11-21T10:39:00Z' }, false],
  ])('%s', (_what, more, serverTime, changes, isStalled) => {
    const draft = livesSale();
    for (const { at, ...told } of more)
      draft.ledger.entries.push({ type: 'entry', number: 24, at: `2026-11-21T${at}Z`, ...told });
    Object.assign(draft.ledger.drop, { serverTime: `2026-11-21T${serverTime}Z` }, changes);
    expect(broken(draft).includes('line_stalled')).toBe(isStalled);
  });
});

describe('a spoilt sale', () => {
  const seen = (make: () => Draft, spoil: Row[2]): string[] => {
    const draft = make();
    spoil(draft);
    return broken(draft);
  };

  it.each(table)('%s: %s', (rule, _what, spoil) => {
    expect(seen(sale, spoil)).toContain(rule);
  });

  it.each(livesTable)('of slots, %s: %s', (rule, _what, spoil) => {
    expect(seen(livesSale, spoil)).toContain(rule);
  });

  it('is tried for every rule', () => {
    const tried = [...table, ...livesTable].map(([rule]) => rule);
    expect(new Set(tried)).toEqual(new Set(rules.map((rule) => rule.name)));
  });
});
