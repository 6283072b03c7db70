import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decided, nothingDecided } from '../ledger/ledger.ts';
import { type SaleSecond, Tally } from './tally.ts';

const decided = (counts: Partial<Decided>): Decided => ({ ...nothingDecided(), ...counts });
const ALL = decided({ granted: 1, soldOut: 1, limitReached: 1, closed: 1, notOpen: 1 });
const NAMES = [...(Object.keys(ALL) as (keyof Decided)[]), 'faults'] as const;

const total = (seconds: readonly SaleSecond[]) =>
  seconds.reduce((sum, counts) => sum + NAMES.reduce((all, name) => all + counts[name], 0), 0);
const timed = (seconds: readonly SaleSecond[]) =>
  seconds.reduce((sum, { latencies }) => sum + (latencies?.reduce((all, count) => all + count, 0) ?? 0), 0);

describe('the tally', () => {
  it('counts by drop, second and what was decided or answered', () => {
    const tally = new Tally();
    tally.decided('7', ALL, 1_200);
    tally.fault('7', 1_200);
    tally.took('7', 3, 1_999);
    tally.atGate('7', 'sold_out', 1_900);
    tally.atGate('7', 'not_open', 1_999);
    tally.atGate('7', 'closed', 2_000);
    tally.decided('8', decided({ granted: 4 }), 2_500);
    const [first, second, other, ...rest] = tally.take(3_000);
    expect(rest).toEqual([]);
    const none = { granted: 0, soldOut: 0, limitReached: 0, closed: 0, notOpen: 0, faults: 0, atGate: 0 };
    expect(first).toMatchObject({ dropId: '7', second: 1, granted: 1, soldOut: 2, limitReached: 1, closed: 1 });
    expect(first).toMatchObject({ notOpen: 2, faults: 1, atGate: 2 });
    expect(second).toEqual({ dropId: '7', second: 2, run: 0, ...none, closed: 1, atGate: 1, latencies: null });
    expect(other).toMatchObject({ dropId: '8', second: 2, granted: 4 });
    expect(timed(first ? [first] : [])).toBe(1);
  });

  it('gives a second out when it is over, and once', () => {
    const tally = new Tally();
    tally.decided('7', decided({ granted: 1 }), 1_200);
    expect(tally.take(1_999)).toEqual([]);
    expect(tally.take(2_000)).toHaveLength(1);
    expect(tally.take(2_000)).toEqual([]);
    tally.decided('7', decided({ granted: 1 }), 2_100);
    expect(tally.take(Number.POSITIVE_INFINITY)).toHaveLength(1);
    expect(tally.take(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it('has no second in which nothing was decided', () => {
    const tally = new Tally();
    tally.decided('7', nothingDecided(), 1_200);
    expect(tally.take(9_000)).toEqual([]);
  });

  it('stays with its second while the clock is set back a little, and begins another run when it is more', () => {
    const tally = new Tally();
    tally.decided('7', decided({ granted: 1 }), 100_000);
    tally.decided('7', decided({ granted: 1 }), 98_000);
    tally.decided('7', decided({ granted: 1 }), 50_000);
    expect(tally.take(51_000)).toMatchObject([
      { second: 100, run: 0, granted: 2 },
      { second: 50, run: 1, granted: 1 },
    ]);
  });

  it('counts everything once, whatever the clock does and whenever it is taken', () => {
    const step = fc.record({
      forwardMs: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -30_000, max: 5_000 })),
      dropId: fc.constantFrom('7', '8', '9'),
      name: fc.constantFrom(...NAMES, 'gate' as const),
      take: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const tally = new Tally();
        const taken: SaleSecond[] = [];
        let nowMs = 1_000_000;
        for (const { forwardMs, dropId, name, take } of steps) {
          nowMs += forwardMs;
          if (name === 'gate') tally.atGate(dropId, 'sold_out', nowMs);
          else if (name === 'faults') tally.fault(dropId, nowMs);
          else tally.decided(dropId, decided({ [name]: 1 }), nowMs);
          if (take) taken.push(...tally.take(nowMs));
        }
        taken.push(...tally.take(Number.POSITIVE_INFINITY));
        expect(total(taken)).toBe(steps.length);
        const keys = taken.map(({ dropId, second, run }) => `${dropId} ${second} ${run}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});
