/**
 * Exactly N. Together with `fairness` these rules say: grants = min(stock, eligible demand).
 *
 * The upper half (`oversold`) needs only the ledger. The lower half is three rules, because a person can be sent away
 * in three places: by the ledger (`sold_out_too_early`), at the gate (`gate_sold_out_too_early`), or nowhere, by never
 * getting an answer (`undersold`). Units that are left belong to the waiting line first: as long as somebody waits for
 * each of them, the drop is sold out for everybody else. That the line gets them is `line_stalled`.
 */
import { isGateRefusal, requestKey } from '../attempt.ts';
import { reservedUnits } from '../conditions.ts';
import type { Evidence } from '../evidence.ts';
import { isGiven, liveGrants, stillOpen } from '../facts.ts';
import { type Rule, which, who } from '../violation.ts';

export const oversold: Rule = {
  name: 'oversold',
  promise: 'At every entry of the log, and at the end, no more units are out than there is stock.',
  breaches: ({ ledger, walk }) => {
    const given = walk.steps
      .filter((step) => isGiven(step) && step.out >= step.conditions.stock)
      .map((step) => `${which(step)} got a unit when ${step.out} of ${step.conditions.stock} were out`);
    const lowered = walk.moments
      .filter(({ entry, conditions, out }) => entry.kind === 'amended' && out > conditions.stock)
      .map(
        ({ entry, conditions, out }) => `entry ${entry.number} leaves ${conditions.stock} of stock, ${out} were out`,
      );
    const live = liveGrants(ledger).length;
    const { stock } = ledger.drop;
    return [...given, ...lowered, ...(live > stock ? [`${live} units are out of a stock of ${stock}`] : [])];
  },
};

export const soldOutTooEarly: Rule = {
  name: 'sold_out_too_early',
  promise: 'The ledger refuses with sold_out only when at that arrival every unit was out, or somebody waited for it.',
  breaches: ({ walk }) =>
    walk.steps
      .filter(({ outcome }) => outcome === 'sold_out')
      .filter(({ conditions, out, waiting }) => out + reservedUnits(conditions, waiting) < conditions.stock)
      .map((step) => `${which(step)} was refused when ${step.out} of ${step.conditions.stock} units were out`),
};

export const gateSoldOutTooEarly: Rule = {
  name: 'gate_sold_out_too_early',
  promise:
    'The gate refuses with sold_out only after every unit was out: before it answers, enough granted claims were sent to take the whole stock, and the ledger was full at some moment.',
  breaches: (evidence) => {
    const refusals = evidence.stories.flatMap((story) =>
      story.attempts.filter((attempt) => isGateRefusal(attempt) && attempt.outcome === 'sold_out'),
    );
    if (refusals.length === 0) return [];
    if (!everFull(evidence))
      return refusals.map((refusal) => `${who(refusal)} was refused at the gate, but units were left at every moment`);
    const fullAt = earliestFull(evidence);
    return refusals
      .filter((refusal) => (refusal.answeredAt ?? Number.POSITIVE_INFINITY) < fullAt)
      .map(
        (refusal) =>
          `${who(refusal)} was refused at the gate at ${refusal.answeredAt} ms, but the claim that could take the last unit was not sent before ${fullAt} ms`,
      );
  },
};

export const undersold: Rule = {
  name: 'undersold',
  promise:
    'While units are left that nobody waits for, and the drop is open, no eligible claim stays without any outcome.',
  breaches: ({ ledger, stories }) => {
    const live = liveGrants(ledger);
    const left = ledger.drop.stock - live.length - reservedUnits(ledger.drop, ledger.drop.waiting);
    if (left <= 0 || !stillOpen(ledger)) return [];
    const held = Map.groupBy(live, (grant) => grant.userId);
    return stories
      .filter((story) => story.claim === undefined && story.attempts.every((attempt) => attempt.outcome === null))
      .filter((story) => (held.get(story.userId)?.length ?? 0) < ledger.drop.perUserLimit)
      .map((story) => `${who(story)} never got an outcome, though ${left} units are left`);
  },
};

/** Whether after some entry there was no unit left for a newcomer. Within an entry only more are taken. */
function everFull({ walk }: Evidence): boolean {
  return walk.moments.some(
    ({ conditions, out, waiting }) => out + reservedUnits(conditions, waiting) >= conditions.stock,
  );
}

/**
 * The first moment, by the clients' clock, at which the drop can have been full. The first time nobody waits yet, since only
 * a full drop has a line: so as many granted claims must have been sent as the stock ever was at least. A grant whose sending
 * nobody recorded may have come at any time.
 */
function earliestFull({ ledger, storyByKey, walk }: Evidence): number {
  const smallest = walk.moments.reduce((least, { conditions }) => Math.min(least, conditions.stock), ledger.drop.stock);
  const sent = walk.steps
    .filter(({ outcome }) => outcome === 'granted')
    .map((step) => storyByKey.get(requestKey(step))?.attempts[0]?.sentAt ?? Number.NEGATIVE_INFINITY)
    .sort((a, b) => a - b);
  return smallest === 0 ? Number.NEGATIVE_INFINITY : (sent[smallest - 1] ?? Number.POSITIVE_INFINITY);
}
