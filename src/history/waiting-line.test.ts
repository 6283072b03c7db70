import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

describe('the waiting line', () => {
  it('has the smallest arrival at its head, whoever joined first', () => {
    const line = new WaitingLine();
    line.join('late', 9);
    line.join('early', 3);
    expect([line.head(), line.userAt(3), line.arrivalOf('late'), line.length]).toEqual([3, 'early', 9, 2]);
  });

  it('goes on without those who left', () => {
    const line = new WaitingLine();
    line.join('a', 1);
    line.join('b', 2);
    line.leave(1);
    line.leave(7);
    expect([line.head(), line.userAt(1), line.arrivalOf('a'), line.length]).toEqual([2, undefined, undefined, 1]);
  });

  it('keeps the later of two places of one person, and of two people at one place', () => {
    const line = new WaitingLine();
    line.join('a', 1);
    line.join('a', 5);
    line.join('b', 5);
    expect([line.head(), line.userAt(5), line.arrivalOf('a'), line.length]).toEqual([5, 'b', undefined, 1]);
  });

  it('is what a list that is searched from end to end would be', () => {
    const change = fc.record({ joins: fc.boolean(), user: fc.nat(9), arrival: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const line = new WaitingLine();
        let plain: { user: string; arrival: number }[] = [];
        for (const { joins, user, arrival } of changes) {
          plain = plain.filter((one) => one.arrival !== arrival && !(joins && one.user === `u${user}`));
          if (joins) plain.push({ user: `u${user}`, arrival });
          if (joins) line.join(`u${user}`, arrival);
          else line.leave(arrival);
          const head = plain.length === 0 ? undefined : Math.min(...plain.map((one) => one.arrival));
          expect([line.head(), line.length]).toEqual([head, plain.length]);
        }
      }),
    );
  });
});
