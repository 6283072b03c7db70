/** Whatever correct sale is played, it is found clean; whatever single thing is then changed, it is seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLedgerAnswer } from './attempt.ts';
import { checkHistory } from './check.ts';
import { play } from './reference-model.ts';
import { type Draft, fates, type Plan } from './reference-plan.ts';

const plans: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom('coupon', 'product'),
  stock: fc.integer({ min: 1, max: 6 }),
  perUserLimit: fc.integer({ min: 1, max: 3 }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  presses: fc.array(
    fc.record({ user: fc.integer({ min: 1, max: 6 }), fate: fc.constantFrom(...fates), place: fc.nat(9) }),
    { minLength: 1, maxLength: 25 },
  ),
  raise: fc.option(fc.record({ afterBatch: fc.integer({ min: 1, max: 6 }), by: fc.integer({ min: 1, max: 4 }) })),
  cancelAfterBatch: fc.option(fc.integer({ min: 1, max: 8 })),
});

/** Changes one thing, or returns false where this sale has no such thing. `pick` chooses among several. */
type Mutation = readonly [rule: string, what: string, spoil: (draft: Draft, pick: Pick) => boolean];
type Pick = <T>(from: readonly T[]) => T | undefined;

function change<T extends object>(target: T | undefined, fields: (of: T) => object): boolean {
  if (target === undefined) return false;
  Object.assign(target, fields(target));
  return true;
}

function remove<T>(from: T[], one: T | undefined): boolean {
  if (one === undefined) return false;
  from.splice(from.indexOf(one), 1);
  return true;
}

const granted = (draft: Draft) => draft.history.filter((one) => one.outcome === 'granted');

const mutations: readonly Mutation[] = [
  [
    'lost_grant',
    'a told unit vanishes',
    (d, pick) =>
      remove(
        d.ledger.grants,
        d.ledger.grants.find((one) => one.serial === pick(granted(d))?.serial),
      ),
  ],
  ['claims_and_grants', 'a unit vanishes', (d, pick) => remove(d.ledger.grants, pick(d.ledger.grants))],
  ['claims_and_grants', 'a unit changes hands', (d, pick) => change(pick(d.ledger.grants), () => ({ userId: 'u99' }))],
  ['arrival_numbers', 'a claim vanishes', (d, pick) => remove(d.ledger.claims, pick(d.ledger.claims))],
  ['log_claims', 'a claim changes hands', (d, pick) => change(pick(d.ledger.claims), () => ({ userId: 'u99' }))],
  [
    'log_claims',
    'an outcome flips',
    (d, pick) =>
      change(pick(d.ledger.claims), (of) => ({ outcome: of.outcome === 'sold_out' ? 'limit_reached' : 'sold_out' })),
  ],
  ['log_numbers', 'a log entry vanishes', (d, pick) => remove(d.ledger.entries, pick(d.ledger.entries))],
  ['granted_counter', 'the counter is off', (d) => change(d.ledger.drop, (of) => ({ granted: of.granted + 1 }))],
  ['log_terms', 'the stock is off', (d) => change(d.ledger.drop, (of) => ({ stock: of.stock + 1 }))],
  [
    'told_differently',
    'a told arrival is off',
    (d, pick) => change(pick(d.history.filter(isLedgerAnswer)), (of) => ({ arrival: (of.arrival ?? 0) + 1 })),
  ],
  [
    'told_differently',
    'a told serial is off',
    (d, pick) => change(pick(granted(d)), (of) => ({ serial: (of.serial ?? 0) + 1 })),
  ],
  [
    'told_differently',
    'a loser is told granted',
    (d, pick) =>
      change(pick(d.history.filter((one) => one.outcome === 'sold_out' && one.arrival !== null)), () => ({
        outcome: 'granted',
      })),
  ],
  [
    'lost_grant',
    'a grant is told that never was',
    (d, pick) =>
      change(pick(d.history.filter((one) => one.outcome === 'sold_out' && one.arrival === null)), () => ({
        outcome: 'granted',
      })),
  ],
  [
    'dangling_grant',
    'an unanswered holder is turned away',
    (d, pick) => {
      const holders = d.ledger.claims.filter((one) => one.outcome === 'granted');
      const silent = d.history.filter(
        (one) => one.answeredAt === null && holders.some((of) => of.requestId === one.requestId),
      );
      const alone = silent.filter((one) => d.history.filter((other) => other.requestId === one.requestId).length === 1);
      return change(pick(alone), (of) => ({ outcome: 'sold_out', answeredAt: of.sentAt + 1000 }));
    },
  ],
  [
    'codes',
    'a code is lost or invented',
    (d, pick) => change(pick(d.ledger.grants), (of) => ({ code: of.code === null ? '0000-0000-0000' : null })),
  ],
];

describe('any sale', () => {
  it('that is correct is found clean', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { history, ledger } = play(plan);
        expect(checkHistory(history, ledger)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each(mutations)('with one spoilt thing is caught: %s, when %s', (rule, _what, spoil) => {
    fc.assert(
      fc.property(plans, fc.nat(), (plan, choice) => {
        const draft = play(plan);
        fc.pre(spoil(draft, (from) => from[choice % Math.max(1, from.length)]));
        expect(checkHistory(draft.history, draft.ledger).map((violation) => violation.rule)).toContain(rule);
      }),
      { numRuns: 100 },
    );
  });
});
