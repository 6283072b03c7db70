import { describe, expect, it } from 'vitest';
import { planAtOnce, planRate } from './press-schedule.ts';
import { seededRandom } from './random.ts';

describe('at once', () => {
  it('has every user press each of their claims once, at the opening', () => {
    const plan = planAtOnce(50, 2, seededRandom(1));
    expect(plan.every((press) => press.atMs === 0)).toBe(true);
    expect(new Set(plan.map(({ user, press }) => `${user}/${press}`)).size).toBe(100);
    expect(plan).toHaveLength(100);
  });

  it('has an order that the seed decides', () => {
    const users = (seed: number) => planAtOnce(50, 1, seededRandom(seed)).map((press) => press.user);
    expect(users(1)).toEqual(users(1));
    expect(users(1)).not.toEqual(users(2));
  });
});

describe('at a rate', () => {
  it('spaces even arrivals by one gap', () => {
    const plan = planRate({ users: 3, perSecond: 4, seconds: 2, arrivals: 'even' }, seededRandom(1));
    expect(plan.map((press) => press.atMs)).toEqual([0, 250, 500, 750, 1000, 1250, 1500, 1750]);
  });

  it('lets users take turns, each with claims of their own', () => {
    const plan = planRate({ users: 3, perSecond: 4, seconds: 2, arrivals: 'even' }, seededRandom(1));
    expect(plan.map((press) => press.press)).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
    expect(new Set(plan.slice(0, 3).map((press) => press.user))).toEqual(new Set([0, 1, 2]));
  });

  it('draws Poisson arrivals in order, within the time, with the spread of independent people', () => {
    const plan = planRate({ users: 10, perSecond: 1000, seconds: 20, arrivals: 'poisson' }, seededRandom(7));
    const gaps = plan.slice(1).map((press, index) => press.atMs - (plan[index]?.atMs ?? 0));
    expect(gaps.every((gap) => gap >= 0)).toBe(true);
    expect(plan.at(-1)?.atMs).toBeLessThan(20_000);
    // 20,000 expected; five standard deviations are 707.
    expect(Math.abs(plan.length - 20_000)).toBeLessThan(707);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeCloseTo(1, 1);
  });
});
