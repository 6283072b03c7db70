import { describe, expect, it } from 'vitest';
import { type Conditions, reservedUnits } from './conditions.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { play } from './reference-model.ts';
import { plainPlan } from './reference-plan.ts';
import { walkLog } from './walk.ts';

const close = '2026-11-21T11:00:00Z';
const otherClose = '2026-11-21T12:00:00Z';
const at: Conditions = { stock: 5, perUserLimit: 2, closesAt: null, waitingLine: false, cancelled: false };

/** The terms before these changes, and after each: of a drop whose first entry tells its stock, and `told`. */
function terms(
  told: object,
  changes: readonly Pick<LedgerEntry, 'kind' | 'body'>[],
  now: Partial<Ledger['drop']> = {},
): Conditions[] {
  const { ledger } = play({ ...plainPlan, stock: 5, perUserLimit: 2 });
  const entries = [{ kind: 'created', body: { stock: 5, ...told } }, ...changes];
  return walkLog({
    ...ledger,
    drop: { ...ledger.drop, ...now },
    entries: entries.map((entry, index) => ({ type: 'entry', number: index + 1, at: '', ...entry })),
  }).moments.map(({ conditions }) => conditions);
}

const amended = (changes: object) => ({ kind: 'amended', body: { changes } });

describe('the terms', () => {
  it.each([
    ['the stock', { stock: 9 }],
    ['the limit', { perUserLimit: 4 }],
    ['the close', { closesAt: close }],
    ['the waiting line', { waitingLine: true }],
  ])('tell %s from a change of it on', (_what, changes) => {
    const told = { perUserLimit: 2, closesAt: null, waitingLine: false };
    expect(terms(told, [amended(changes)], changes)).toEqual([at, { ...at, ...changes }]);
  });

  it('that the first entry does not tell are the present ones', () => {
    const now = { perUserLimit: 3, closesAt: close, waitingLine: true };
    expect(terms({}, [], now)).toEqual([{ ...at, ...now }]);
  });

  it.each([
    ['perUserLimit', 4],
    ['closesAt', close],
    ['closesAt', null],
    ['waitingLine', true],
  ])('that the first entry does not tell are unknown before a change of them: %s to %s', (field, value) => {
    const now = { [field]: value };
    expect(terms({}, [amended(now)], now)).toEqual([
      { ...at, [field]: undefined },
      { ...at, [field]: value },
    ]);
  });

  it('stay as they were where a change does not name them', () => {
    const told = { perUserLimit: 1, closesAt: close, waitingLine: true };
    expect(terms(told, [amended({ title: 'new' })]).at(-1)).toEqual({ ...at, ...told });
  });

  it('are cancelled after a cancellation', () => {
    expect(terms({}, [{ kind: 'cancelled', body: {} }])).toEqual([at, { ...at, cancelled: true }]);
  });
});

describe('the close of a coupon drop', () => {
  const now = { validUntil: otherClose, closesAt: close };

  it.each([
    ['goes with the validity when its own is taken away', { closesAt: null }, otherClose],
    ['is unknown after a change of the validity', { validUntil: otherClose }, undefined],
    ['is unknown after a change of the validity to days', { validForDays: 3 }, undefined],
  ])('%s', (_what, changes, closesAt) => {
    const all = terms({ closesAt: close }, [amended(changes), amended({ closesAt: close })], now);
    expect(all.map((each) => each.closesAt)).toEqual([close, closesAt, close]);
  });

  it('is what the drop has after the last change of it', () => {
    const all = terms({ closesAt: null }, [amended({ validUntil: otherClose })], { ...now, closesAt: otherClose });
    expect(all.map((each) => each.closesAt)).toEqual([null, otherClose]);
  });
});

describe('the units that belong to those who wait', () => {
  it.each([
    ['one for each', true, 3],
    ['none while the line is off', false, 0],
    ['at most one for each where nobody knows', undefined, 3],
  ])('are %s', (_what, waitingLine, units) => {
    expect(reservedUnits({ waitingLine }, 3)).toBe(units);
  });
});
