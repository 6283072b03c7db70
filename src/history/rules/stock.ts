/**
 * Exactly N. Together with `fairness` these rules say: grants = min(stock, eligible demand).
 *
 * The upper half (`oversold`) needs only the ledger. The lower half is three rules, because a person can be sent away
 * in three places: by the ledger (`sold_out_too_early`), at the gate (`gate_sold_out_too_early`), or nowhere, by never
 * getting an answer (`undersold`).
 */
import { isGateRefusal, requestKey } from '../attempt.ts';
import { readSegments } from '../conditions.ts';
import type { Evidence } from '../evidence.ts';
import { liveGrants, stillOpen } from '../facts.ts';
import { type Rule, who } from '../violation.ts';

export const oversold: Rule = {
  name: 'oversold',
  promise: 'At every arrival, and at the end, no more units are out than there is stock.',
  breaches: ({ ledger, steps }) => {
    const breaches = steps
      .filter(({ claim, conditions, out }) => claim.outcome === 'granted' && out.least >= conditions.stock)
      .map(
        ({ claim, conditions, out }) =>
          `arrival ${claim.arrival} (${who(claim)}) was granted when ${out.least} of ${conditions.stock} units were out`,
      );
    const live = liveGrants(ledger).length;
    if (live > ledger.drop.stock) breaches.push(`${live} units are out of a stock of ${ledger.drop.stock}`);
    return breaches;
  },
};

export const soldOutTooEarly: Rule = {
  name: 'sold_out_too_early',
  promise: 'The ledger refuses with sold_out only when at that arrival every unit was out.',
  breaches: ({ steps }) =>
    steps
      .filter(({ claim, conditions, out }) => claim.outcome === 'sold_out' && out.most < conditions.stock)
      .map(
        ({ claim, conditions, out }) =>
          `arrival ${claim.arrival} (${who(claim)}) was refused when ${out.most} of ${conditions.stock} units were out`,
      ),
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
    const fullAt = everFull(evidence) ? earliestFull(evidence) : Number.POSITIVE_INFINITY;
    return refusals
      .filter(
        (refusal) => (refusal.answeredAt ?? Number.POSITIVE_INFINITY) < fullAt || fullAt === Number.POSITIVE_INFINITY,
      )
      .map((refusal) =>
        fullAt === Number.POSITIVE_INFINITY
          ? `${who(refusal)} was refused at the gate, but units were left at every moment`
          : `${who(refusal)} was refused at the gate at ${refusal.answeredAt} ms, but the claim that could take the last unit was not sent before ${fullAt} ms`,
      );
  },
};

export const undersold: Rule = {
  name: 'undersold',
  promise: 'While units are left and the drop is open, no eligible claim stays without any outcome.',
  breaches: ({ ledger, stories }) => {
    const live = liveGrants(ledger);
    if (live.length >= ledger.drop.stock || !stillOpen(ledger)) return [];
    const held = Map.groupBy(live, (grant) => grant.userId);
    return stories
      .filter((story) => story.claim === undefined && story.attempts.every((attempt) => attempt.outcome === null))
      .filter((story) => (held.get(story.userId)?.length ?? 0) < ledger.drop.perUserLimit)
      .map((story) => `${who(story)} never got an outcome, though ${ledger.drop.stock - live.length} units are left`);
  },
};

/** Whether at some moment every unit may have been out: after a grant, or after the stock was lowered to what was granted. */
function everFull({ ledger, steps }: Evidence): boolean {
  const filled = steps.some(
    ({ claim, conditions, out }) => out.most + (claim.outcome === 'granted' ? 1 : 0) >= conditions.stock,
  );
  const granted = steps.filter(({ claim }) => claim.outcome === 'granted');
  const lowered = readSegments(ledger).some(
    ({ fromArrival, conditions }) =>
      granted.filter(({ claim }) => claim.arrival < fromArrival).length >= conditions.stock,
  );
  return filled || lowered;
}

/**
 * The first moment, by the clients' clock, at which all units can have been out: the stock was at least `smallest`, so
 * that many granted claims must have been sent. A grant whose sending nobody recorded may have come at any time.
 */
function earliestFull({ ledger, storyByKey, steps }: Evidence): number {
  const smallest = Math.min(ledger.drop.stock, ...readSegments(ledger).map((segment) => segment.conditions.stock));
  if (smallest === 0) return Number.NEGATIVE_INFINITY;
  const sent = steps
    .filter(({ claim }) => claim.outcome === 'granted')
    .map(({ claim }) => storyByKey.get(requestKey(claim))?.attempts[0]?.sentAt ?? Number.NEGATIVE_INFINITY)
    .sort((a, b) => a - b);
  return sent[smallest - 1] ?? Number.POSITIVE_INFINITY;
}
