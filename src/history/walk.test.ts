import { describe, expect, it } from 'vitest';
import type { Ledger } from './ledger.ts';
import { play } from './reference-model.ts';
import { walkArrivals } from './walk.ts';

/**
 * u1 takes serials 1 and 2, u2 takes serial 3, then u1 presses again: decided at 41 ms. `releasedAtMs` says when the
 * units of serials 1, 2 and 3 came back, `null`: never. Returns the counts at u1's last press.
 */
function lastStep(...releasedAtMs: (number | null)[]) {
  const presses = [1, 1, 2, 1].map((user) => ({ user, fate: 'answered', place: 0 }) as const);
  const { ledger } = play({
    kind: 'coupon',
    stock: 9,
    perUserLimit: 9,
    batchSize: 1,
    presses,
    raise: null,
    cancelAfterBatch: null,
  });
  const grants = ledger.grants.map((grant, index) => {
    const at = releasedAtMs[index] ?? null;
    return { ...grant, releasedAt: at === null ? null : new Date(Date.parse(ledger.drop.opensAt) + at).toISOString() };
  });
  const walked: Ledger = { ...ledger, grants };
  const { out, outOfUser, everOfUser } = walkArrivals(walked)[3] ?? {};
  return { out, outOfUser, everOfUser };
}

const exactly = (count: number) => ({ least: count, most: count });

describe('the walk', () => {
  it('counts the units out before each claim', () => {
    expect(lastStep()).toEqual({ out: exactly(3), outOfUser: exactly(2), everOfUser: 2 });
  });

  it('takes off what came back before, of everybody and of the user', () => {
    expect(lastStep(35, null, 36)).toEqual({ out: exactly(1), outOfUser: exactly(1), everOfUser: 2 });
  });

  it('leaves what came back after', () => {
    expect(lastStep(42, 50, 60)).toEqual({ out: exactly(3), outOfUser: exactly(2), everOfUser: 2 });
  });

  it('does not know about what came back in the same millisecond', () => {
    expect(lastStep(41, 35, null)).toEqual({
      out: { least: 1, most: 2 },
      outOfUser: { least: 0, most: 1 },
      everOfUser: 2,
    });
  });
});
