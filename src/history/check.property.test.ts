/** Whatever correct sale is played, it is found clean; whatever single thing is then changed, it is seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLedgerAnswer } from './attempt.ts';
import { checkHistory } from './check.ts';
import { play } from './reference-model.ts';
import { type Draft, deeds, fates, type Plan } from './reference-plan.ts';

const user = fc.integer({ min: 1, max: 6 });
/** Half of the people wait when they are told sold_out, and few units are there for many people: or there would be few lines. */
const fate = fc.oneof(fc.constant('waits if sold out' as const), fc.constantFrom(...fates));
const plans: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom('coupon', 'product'),
  stock: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 })),
  perUserLimit: fc.integer({ min: 1, max: 3 }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  waitingLine: fc.boolean(),
  presses: fc.array(fc.record({ user, fate, place: fc.nat(9) }), { minLength: 1, maxLength: 25, size: 'max' }),
  deeds: fc.array(fc.record({ afterBatch: fc.integer({ min: 1, max: 6 }), user, deed: fc.constantFrom(...deeds) }), {
    maxLength: 20,
    size: 'max',
  }),
  raise: fc.option(fc.record({ afterBatch: fc.integer({ min: 1, max: 6 }), by: fc.integer({ min: 1, max: 4 }) })),
  cancelAfterBatch: fc.option(fc.integer({ min: 1, max: 20 })),
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
const isKnown = (draft: Draft, { requestId }: { requestId: string }) =>
  draft.ledger.claims.some((claim) => claim.requestId === requestId);
const entriesOf = (draft: Draft, ...kinds: string[]) =>
  draft.ledger.entries.filter((entry) => kinds.includes(entry.kind));

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
      change(pick(d.history.filter((one) => one.outcome === 'sold_out' && !isKnown(d, one))), () => ({
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
  ['log_bodies', 'an entry tells nothing', (d, pick) => change(pick(d.ledger.entries), () => ({ kind: '' }))],
  [
    'log_grants',
    'a unit ends that was living, or lives again',
    (d, pick) => change(pick(d.ledger.grants), (of) => ({ state: of.state === 'used' ? 'issued' : 'used' })),
  ],
  [
    'log_grants',
    'a unit goes back, or is out again',
    (d, pick) =>
      change(pick(d.ledger.grants), (of) => ({ releasedAt: of.releasedAt === null ? d.ledger.drop.serverTime : null })),
  ],
  [
    'log_line',
    'somebody loses their place',
    (d, pick) => remove(d.ledger.waiters, pick(d.ledger.waiters.filter(({ state }) => state === 'waiting'))),
  ],
  [
    'log_line',
    'a place ended another way',
    (d, pick) => change(pick(d.ledger.waiters), (of) => ({ state: of.state === 'left' ? 'waiting' : 'left' })),
  ],
  ['log_line', 'the drop counts one more', (d) => change(d.ledger.drop, (of) => ({ waiting: of.waiting + 1 }))],
  [
    'ends_once',
    'an end is told twice',
    (d, pick) => {
      const again = pick(entriesOf(d, 'released', 'settled'));
      return again !== undefined && d.ledger.entries.push(again) > 0;
    },
  ],
  [
    'expired_too_early',
    'a unit expires half an hour before',
    (d, pick) => {
      const over = entriesOf(d, 'released', 'settled').filter(({ body }) => body['state'] === 'expired');
      return change(pick(over), ({ at }) => ({ at: new Date(Date.parse(at) - 1_800_000).toISOString() }));
    },
  ],
  [
    'line_places',
    'a place that was taken is not told of',
    (d, pick) => change(pick(entriesOf(d, 'joined')), () => ({ body: { arrivals: [99], userIds: ['u99'] } })),
  ],
  [
    'line_stalled',
    'a unit is added for those who wait, and not offered',
    ({ ledger: { drop, entries } }) => {
      const last = entries.at(-1);
      if (last === undefined || drop.waiting === 0 || !drop.waitingLine || drop.cancelledAt !== null) return false;
      return entries.push({ ...last, kind: 'amended', body: { changes: { stock: drop.stock + 1 } } }) > 0;
    },
  ],
  [
    'lost_ending',
    'a told end was another',
    (d, pick) =>
      change(pick(d.history.filter(({ state }) => (state ?? null) !== null)), (of) => ({
        state: of.state === 'used' ? 'cancelled' : 'used',
      })),
  ],
  [
    'used_twice',
    'the refused key used it, too',
    (d, pick) =>
      change(pick(d.history.filter(({ kind, state }) => kind === 'use' && state === null)), () => ({
        state: 'used',
        errorCode: null,
      })),
  ],
  [
    'charges',
    'a charge vanishes',
    (d, pick) => remove(d.ledger.charges, pick(d.ledger.charges.filter((one) => !one.refunded))),
  ],
  [
    'charges',
    'a payment vanishes',
    (d, pick) => remove(d.ledger.payments, pick(d.ledger.payments.filter(({ state }) => state !== 'failed'))),
  ],
  [
    'charges',
    'money goes back, or does not',
    (d, pick) => change(pick(d.ledger.charges), (of) => ({ refunded: !of.refunded })),
  ],
  [
    'paid_slots',
    'a payment is another user’s',
    (d, pick) =>
      change(pick(d.ledger.payments.filter(({ state }) => state === 'succeeded')), () => ({ userId: 'u99' })),
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
