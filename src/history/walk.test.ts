import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from './ledger.ts';
import { play } from './reference-model.ts';
import { plainPlan } from './reference-plan.ts';
import { livesSale } from './spoilt-lives.ts';
import { sale } from './spoilt-sales.ts';
import { walkLog } from './walk.ts';

const sales = { 'of coupons': sale, 'of slots': livesSale };

/** What the walk knew just before each decision, as a row that can be read. */
function decisions(make: () => ReturnType<typeof sale>): string[] {
  return walkLog(make().ledger).steps.map(
    ({ entry, userId, arrival, outcome, serial, out, outOfUser, waiting, conditions }) =>
      `${entry.number}: ${arrival} ${userId} ${outcome} ${serial ?? '-'}, out ${out} of ${conditions.stock}, theirs ${outOfUser}, waiting ${waiting}`,
  );
}

describe('the walk', () => {
  it('knows at each claim what was out, what the user had, and who waited', () => {
    expect(decisions(sales['of coupons'])).toEqual([
      '2: 1 u1 granted 1, out 0 of 3, theirs 0, waiting 0',
      '3: 2 u1 granted 2, out 1 of 3, theirs 1, waiting 0',
      '4: 3 u1 limit_reached -, out 2 of 3, theirs 2, waiting 0',
      '5: 4 u2 granted 3, out 2 of 3, theirs 0, waiting 0',
      '6: 5 u3 sold_out -, out 3 of 3, theirs 0, waiting 0',
      '7: 6 u5 sold_out -, out 3 of 3, theirs 0, waiting 0',
    ]);
    expect(decisions(sales['of slots'])).toEqual([
      '2: 1 u1 granted 1, out 0 of 2, theirs 0, waiting 0',
      '3: 2 u2 granted 2, out 1 of 2, theirs 0, waiting 0',
      '4: 3 u3 sold_out -, out 2 of 2, theirs 0, waiting 0',
      '6: 4 u4 sold_out -, out 2 of 2, theirs 0, waiting 1',
      '8: 5 u5 sold_out -, out 2 of 2, theirs 0, waiting 2',
      '10: 6 u6 sold_out -, out 2 of 2, theirs 0, waiting 3',
      '14: 7 u3 granted 3, out 1 of 2, theirs 0, waiting 4',
      '18: 4 u4 offered 4, out 2 of 3, theirs 0, waiting 1',
      '19: 8 u7 sold_out -, out 3 of 3, theirs 0, waiting 1',
      '23: 6 u6 offered 5, out 2 of 3, theirs 0, waiting 1',
    ]);
  });

  it('knows who moved in the line, and who was next then', () => {
    const moves = walkLog(livesSale().ledger).moves.map(
      ({ entry, kind, userId, arrival, placeBefore, nextInLine }) =>
        `${entry.number}: ${userId} ${kind} ${arrival}, before ${placeBefore ?? '-'}, next ${nextInLine ?? '-'}`,
    );
    expect(moves).toEqual([
      '5: u3 joined 3, before -, next 3',
      '7: u4 joined 4, before -, next 3',
      '9: u5 joined 5, before -, next 3',
      '11: u6 joined 6, before -, next 3',
      '16: u5 left 5, before 5, next 3',
      '18: u4 offered 4, before 4, next 6',
      '18: u3 passed 3, before 3, next 6',
      '20: u7 joined 8, before -, next 6',
      '23: u6 offered 6, before 6, next 8',
    ]);
  });

  it('knows how each unit ended', () => {
    const endings = walkLog(livesSale().ledger).endings.map(
      ({ entry, kind, serial, from, to }) => `${entry.number}: ${kind} ${serial}, ${from} -> ${to}`,
    );
    expect(endings).toEqual([
      '13: released 1, held -> returned',
      '21: settled 2, held -> confirmed',
      '22: released 3, held -> expired',
    ]);
  });

  it('ends with the tables', () => {
    const { ledger } = livesSale();
    const { grants, places, offeredSerials, moments } = walkLog(ledger);
    expect([...grants].map(([serial, { state }]) => `${serial} ${state}`)).toEqual(
      ledger.grants.map(({ serial, state }) => `${serial} ${state}`),
    );
    expect(
      new Map(ledger.waiters.map(({ userId, state, arrival, serial }) => [userId, { state, arrival, serial }])),
    ).toEqual(places);
    expect([...offeredSerials]).toEqual([
      [4, 4],
      [6, 5],
    ]);
    expect(moments.at(-1)).toMatchObject({ out: ledger.drop.granted, waiting: ledger.drop.waiting });
  });
});

describe('the walk over a broken log', () => {
  const { ledger } = play({
    ...plainPlan,
    stock: 5,
    perUserLimit: 5,
    presses: [{ user: 1, fate: 'answered', place: 0 }],
  });
  const end = (...more: Pick<LedgerEntry, 'kind' | 'body'>[]) => {
    const added = more.map((entry) => ({ type: 'entry' as const, number: 0, at: '', ...entry }));
    const { moments, unreadable } = walkLog({ ...ledger, entries: [...ledger.entries, ...added] });
    return { out: moments.at(-1)?.out, waiting: moments.at(-1)?.waiting, unreadable: unreadable.length };
  };
  const back = { kind: 'released', body: { state: 'cancelled', serials: [1] } };
  const joined = { kind: 'joined', body: { arrivals: [1], userIds: ['u1'] } };
  const nobody = { arrivals: [8], userIds: ['u8'] };

  it.each([
    ['nothing at all', [], { out: 1, waiting: 0, unreadable: 0 }],
    ['an entry that cannot be read', [{ kind: '?', body: {} }], { out: 1, waiting: 0, unreadable: 1 }],
    ['a unit that goes back', [back], { out: 0, waiting: 0, unreadable: 0 }],
    ['a unit that goes back twice', [back, back], { out: 0, waiting: 0, unreadable: 0 }],
    ['a unit that never was', [{ ...back, body: { state: 'x', serials: [9] } }], { out: 1, waiting: 0, unreadable: 0 }],
    ['a place', [joined], { out: 1, waiting: 1, unreadable: 0 }],
    ['a place that is taken twice', [joined, joined], { out: 1, waiting: 1, unreadable: 0 }],
    ['a place that nobody holds', [{ kind: 'left', body: nobody }], { out: 1, waiting: 0, unreadable: 0 }],
    [
      'an offer to nobody who waits',
      [{ kind: 'offered', body: { ...nobody, firstSerial: 7, passed: [3] } }],
      { out: 2, waiting: 0, unreadable: 0 },
    ],
  ])('goes on after %s', (_what, more, expected) => {
    expect(end(...more)).toEqual(expected);
  });

  it('of no entries is empty', () => {
    expect(walkLog({ ...ledger, entries: [] })).toMatchObject({ steps: [], moments: [], moves: [], endings: [] });
  });
});
