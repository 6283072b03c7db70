import { describe, expect, it } from 'vitest';
import { planSale } from './plan.ts';
import { ALL, SCENARIOS, scenarioOf } from './scenarios.ts';

const all = scenarioOf(ALL);

describe('the plan of a sale', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planSale(all, 7, false)).toEqual(planSale(all, 7, false));
    expect(planSale(all, 8, false)).not.toEqual(planSale(all, 7, false));
  });

  it('sells out most often, and sometimes not', () => {
    const plans = Array.from({ length: 40 }, (_, seed) => planSale(all, seed + 1, false));
    const ample = plans.filter(({ stock, eligibleDemand }) => stock > eligibleDemand).length;
    expect(ample).toBeGreaterThan(2);
    expect(ample).toBeLessThan(20);
  });

  it('has each fault of its scenario, in the time of the sale', () => {
    for (const scenario of SCENARIOS) {
      const { faults, lengthMs } = planSale(scenario, 3, true);
      expect(faults.map(({ name }) => name).sort()).toEqual([...scenario.faults].sort());
      expect(faults.every(({ atMs }) => atMs > 0 && atMs < lengthMs)).toBe(true);
    }
  });

  it('sends each request 2 to 10 times where it repeats them', () => {
    const sendings = planSale(all, 1, false).presses.map(({ copies, copiesLater }) => copies + copiesLater);
    expect(Math.min(...sendings)).toBe(2);
    expect(Math.max(...sendings)).toBe(10);
  });
});
