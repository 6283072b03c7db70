import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimAnswer } from '../claims/admission.ts';
import { type SaleSecond, Tally } from './tally.ts';

const claimed = { dropId: '7', requestId: 'request-1' };
const ANSWERS = {
  granted: { ...claimed, outcome: 'granted', grantId: '7-1', serial: 1, arrival: 1 },
  soldOut: { ...claimed, outcome: 'sold_out', arrival: 2 },
  limitReached: { ...claimed, outcome: 'limit_reached', arrival: 3 },
  closed: { ...claimed, outcome: 'closed', arrival: 4 },
  notOpen: { ...claimed, outcome: 'not_open', opensAt: '', serverTime: '' },
  faults: { fault: 'overloaded' },
} as const satisfies Record<string, ClaimAnswer>;
const NAMES = Object.keys(ANSWERS) as (keyof typeof ANSWERS)[];

const total = (seconds: readonly SaleSecond[]) =>
  seconds.reduce((sum, counts) => sum + NAMES.reduce((all, name) => all + counts[name], 0), 0);
const timed = (seconds: readonly SaleSecond[]) =>
  seconds.reduce((sum, { latencies }) => sum + (latencies?.reduce((all, count) => all + count, 0) ?? 0), 0);

describe('the tally', () => {
  it('counts by drop, second and answer', () => {
    const tally = new Tally();
    for (const name of NAMES) tally.answered('7', ANSWERS[name], name === 'faults' ? null : 3, 1_200);
    tally.atGate('7', 'sold_out', 1_900);
    tally.atGate('7', 'not_open', 1_999);
    tally.atGate('7', 'closed', 2_000);
    tally.answered('8', ANSWERS.granted, 3, 2_500);
    const [first, second, other, ...rest] = tally.take(3_000);
    expect(rest).toEqual([]);
    const none = { granted: 0, soldOut: 0, limitReached: 0, closed: 0, notOpen: 0, faults: 0, atGate: 0 };
    expect(first).toMatchObject({ dropId: '7', second: 1, granted: 1, soldOut: 2, limitReached: 1, closed: 1 });
    expect(first).toMatchObject({ notOpen: 2, faults: 1, atGate: 2 });
    expect(second).toEqual({ dropId: '7', second: 2, run: 0, ...none, closed: 1, atGate: 1, latencies: null });
    expect(other).toMatchObject({ dropId: '8', second: 2, granted: 1 });
    expect(timed(first ? [first] : [])).toBe(5);
  });

  it('gives a second out when it is over, and once', () => {
    const tally = new Tally();
    tally.answered('7', ANSWERS.granted, 3, 1_200);
    expect(tally.take(1_999)).toEqual([]);
    expect(tally.take(2_000)).toHaveLength(1);
    expect(tally.take(2_000)).toEqual([]);
    tally.answered('7', ANSWERS.granted, 3, 2_100);
    expect(tally.take(Number.POSITIVE_INFINITY)).toHaveLength(1);
    expect(tally.take(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it('does not take `queued` for an answer', () => {
    const tally = new Tally();
    tally.answered('7', { ...claimed, queued: '/v1/drops/7/claims/request-1' }, null, 1_200);
    expect(tally.take(9_000)).toEqual([]);
  });

  it('knows what took how long only of what it was told', () => {
    const tally = new Tally();
    tally.answered('7', ANSWERS.granted, null, 1_200);
    expect(tally.take(9_000)).toMatchObject([{ granted: 1, latencies: null }]);
  });

  it('stays with its second while the clock is set back a little, and begins another run when it is more', () => {
    const tally = new Tally();
    tally.answered('7', ANSWERS.granted, 3, 100_000);
    tally.answered('7', ANSWERS.granted, 3, 98_000);
    tally.answered('7', ANSWERS.granted, 3, 50_000);
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
          else tally.answered(dropId, ANSWERS[name], 1, nowMs);
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
