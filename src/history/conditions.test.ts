import { describe, expect, it } from 'vitest';
import { readSegments } from './conditions.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { play } from './reference-model.ts';

/** A drop whose log tells of two claims, then of these changes, then of a third claim. */
function afterTwoClaims(
  changed: readonly Pick<LedgerEntry, 'kind' | 'body'>[],
  now: Partial<Ledger['drop']> = {},
): Ledger {
  const press = { user: 1, fate: 'answered', place: 0 } as const;
  const plan = { kind: 'coupon', stock: 5, perUserLimit: 2, batchSize: 2, presses: [press, press, press] } as const;
  const { ledger } = play({ ...plan, raise: null, cancelAfterBatch: null });
  const [created, two, third] = ledger.entries;
  if (created === undefined || two === undefined || third === undefined) throw new Error('three entries were expected');
  const between = changed.map((change) => ({ ...created, ...change }));
  return { ...ledger, drop: { ...ledger.drop, ...now }, entries: [created, two, ...between, third] };
}

const at = { stock: 5, perUserLimit: 2, closesAt: null, cancelled: false };
const amended = (changes: object) => [{ kind: 'amended', body: { changes } }];

describe('the terms of an arrival', () => {
  it('are the same for all while nothing changes', () => {
    expect(readSegments(afterTwoClaims([]))).toEqual([{ fromArrival: 1, conditions: at }]);
  });

  it('have the new stock for those who come after a change of it', () => {
    expect(readSegments(afterTwoClaims(amended({ stock: 9 })))).toEqual([
      { fromArrival: 1, conditions: at },
      { fromArrival: 3, conditions: { ...at, stock: 9 } },
    ]);
  });

  it('have an unknown limit before the first change of it', () => {
    expect(readSegments(afterTwoClaims(amended({ perUserLimit: 4 }), { perUserLimit: 4 }))).toEqual([
      { fromArrival: 1, conditions: { ...at, perUserLimit: undefined } },
      { fromArrival: 3, conditions: { ...at, perUserLimit: 4 } },
    ]);
  });

  it.each(['2026-11-21T11:00:00Z', null])('have an unknown end before the first change of it, to %s', (closesAt) => {
    expect(readSegments(afterTwoClaims(amended({ closesAt }), { closesAt }))).toEqual([
      { fromArrival: 1, conditions: { ...at, closesAt: undefined } },
      { fromArrival: 3, conditions: { ...at, closesAt } },
    ]);
  });

  it('keep what an amendment does not name', () => {
    const segments = readSegments(afterTwoClaims(amended({ title: 'new' }), { closesAt: '2026-11-21T11:00:00Z' }));
    expect(segments.at(-1)?.conditions).toEqual({ ...at, closesAt: '2026-11-21T11:00:00Z' });
  });

  it('are cancelled after a cancellation', () => {
    expect(readSegments(afterTwoClaims([{ kind: 'cancelled', body: {} }]))).toEqual([
      { fromArrival: 1, conditions: at },
      { fromArrival: 3, conditions: { ...at, cancelled: true } },
    ]);
  });
});
