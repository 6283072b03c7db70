/** The small sale of `spoilt-sales.ts` is clean, and each way of spoiling it is seen by the rule that must. */
import { describe, expect, it } from 'vitest';
import { checkHistory, rules } from './check.ts';
import { attempt } from './reference-model.ts';
import { codeOf } from './reference-table.ts';
import { sale, table, there } from './spoilt-sales.ts';

describe('a correct sale', () => {
  it('has no violation', () => {
    expect(checkHistory(sale().history, sale().ledger)).toEqual([]);
  });

  it('is judged without the attempts on other drops', () => {
    const { history, ledger } = sale();
    const elsewhere = attempt({
      userId: 'u1',
      requestId: 'r1',
      dropId: '8',
      sentAt: 1,
      answeredAt: 2,
      outcome: 'closed',
    });
    expect(checkHistory([...history, elsewhere], ledger)).toEqual([]);
  });

  it('may have units that came back and went to later arrivals', () => {
    const { history, ledger } = sale();
    Object.assign(there(ledger.grants[0]), { releasedAt: '2026-11-21T10:00:00.055Z', state: 'cancelled' });
    const released = { history, ledger: { ...ledger, drop: { ...ledger.drop, granted: 2 } } };
    const again = { ...released.ledger, claims: ledger.claims.map((one) => ({ ...one })), grants: [...ledger.grants] };
    // Arrival 6, decided at 71 ms, now finds a unit.
    Object.assign(there(again.claims[5]), { outcome: 'granted', serial: 4 });
    again.grants.push({
      ...there(ledger.grants[2]),
      serial: 4,
      userId: 'u5',
      arrival: 6,
      code: codeOf(4),
      releasedAt: null,
    });
    Object.assign(there(ledger.entries[6]).body, { outcomes: 'g', firstSerial: 4 });
    Object.assign(again.drop, { granted: 3, serials: 4 });
    const kept = history.filter((one) => one.requestId !== 'r7');
    expect(checkHistory(kept, again)).toEqual([]);
  });
});

describe('what looks like a breach and is none', () => {
  const unserved = attempt({ userId: 'u6', requestId: 'r8', sentAt: 90, answeredAt: 91, errorCode: 'overloaded' });

  it.each([
    ['the drop was cancelled', { cancelledAt: '2026-11-21T10:00:00.200Z' }],
    ['the drop closed', { closesAt: '2026-11-21T10:00:00.200Z' }],
    ['the drop is not open yet', { opensAt: '2026-11-21T12:00:00Z' }],
  ])('a claim without outcome while units are left, when %s', (_what, changes) => {
    const { history, ledger } = sale();
    Object.assign(ledger.drop, { stock: 4 }, changes);
    const found = checkHistory([...history, unserved], ledger).map((violation) => violation.rule);
    expect(found).not.toContain('undersold');
  });

  it('a claim without outcome of a user who has all they may have', () => {
    const { history, ledger } = sale();
    Object.assign(ledger.drop, { stock: 4 });
    const found = checkHistory([...history, { ...unserved, userId: 'u1' }], ledger).map((violation) => violation.rule);
    expect(found).not.toContain('undersold');
  });

  it('a refusal at the gate of a user whose units were asked for by a client that nobody recorded', () => {
    const { history, ledger } = sale();
    const others = history.filter((one) => one.requestId !== 'r1' && one.requestId !== 'r2');
    const ids = { userId: 'u1', requestId: 'r9', sentAt: 90 };
    const refusal = attempt({ ...ids, answeredAt: 91, outcome: 'limit_reached' });
    expect(checkHistory([...others, refusal], ledger)).toEqual([]);
  });

  it('a lookup that was never answered', () => {
    const { history, ledger } = sale();
    const lookup = attempt({ userId: 'u2', requestId: 'r4', kind: 'lookup', sentAt: 90 });
    expect(checkHistory([...history, lookup], ledger)).toEqual([]);
  });

  it('a refusal at the gate in the very moment the last unit was asked for', () => {
    const { history, ledger } = sale();
    const refusal = there(history.find((one) => one.requestId === 'r6'));
    Object.assign(refusal, { sentAt: 30, answeredAt: there(history.find((one) => one.requestId === 'r4')).sentAt });
    expect(checkHistory(history, ledger)).toEqual([]);
  });
});

describe('a spoilt sale', () => {
  it.each(table)('%s: %s', (rule, _what, spoil) => {
    const draft = sale();
    spoil(draft);
    expect(checkHistory(draft.history, draft.ledger).map((violation) => violation.rule)).toContain(rule);
  });

  it('is tried for every rule', () => {
    expect(new Set(table.map(([rule]) => rule))).toEqual(new Set(rules.map((rule) => rule.name)));
  });
});
