import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { deedOf, drawIntentions } from './conduct.ts';
import type { WholeSaleOptions } from './options.ts';

const options: WholeSaleOptions = {
  ...{ holdSeconds: 8, pay: 60, giveBack: 20, join: 80, leave: 10, declined: 15, late: 10, withinSeconds: 180 },
};

const draw = (people: number, seed = 1) => drawIntentions(people, options, seededRandom(seed));

function deeds(offered: number): { [deed: string]: number } {
  const counts: { [deed: string]: number } = {};
  for (const person of draw(10_000)) {
    const deed = deedOf(person, options, offered, 100);
    counts[deed] = (counts[deed] ?? 0) + 1;
  }
  return counts;
}

describe('what people mean to do', () => {
  it('follows the shares of the command line', () => {
    const people = draw(10_000);
    const share = (isOne: (person: (typeof people)[number]) => boolean) => people.filter(isOne).length / 100;
    expect(share(({ joins }) => joins)).toBeCloseTo(80, -1);
    expect(share(({ leavesAfter }) => leavesAfter !== null)).toBeCloseTo(10, -1);
    expect(share(({ firstCard }) => firstCard === 'declined')).toBeCloseTo(15, -1);
    expect(share(({ firstCard }) => firstCard === 'late')).toBeCloseTo(10, -1);
  });

  it('is the same for the same seed', () => {
    expect(draw(50)).toEqual(draw(50));
    expect(draw(50)).not.toEqual(draw(50, 2));
  });
});

describe('what becomes of a unit', () => {
  it('with the claim: as the shares say', () => {
    const { pay = 0, 'give back': giveBack = 0, 'walk away': walkAway = 0 } = deeds(0);
    expect([pay / 100, giveBack / 100, walkAway / 100].map((share) => Math.round(share / 5) * 5)).toEqual([60, 20, 20]);
  });

  it('from the line: the more were offered before, the more are paid, and in the end all', () => {
    const paid = [0, 50, 100, 150, 200, 1000].map((offered) => deeds(offered)['pay'] ?? 0);
    expect(paid).toEqual(paid.toSorted((a, b) => a - b));
    expect(paid.slice(-2)).toEqual([10_000, 10_000]);
    expect(new Set(paid).size).toBe(5);
  });
});
