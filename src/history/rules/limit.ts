/** Nobody takes more than their share, and nobody is told they did when they did not. */
import { isGateRefusal, requestKey } from '../attempt.ts';
import type { Evidence } from '../evidence.ts';
import { isGiven, liveGrants } from '../facts.ts';
import { type Rule, which, who } from '../violation.ts';

export const overLimit: Rule = {
  name: 'over_limit',
  promise:
    'Nobody gets a unit, by a claim or from the line, while holding as many as the per-user limit, and nobody ends above the largest limit the drop ever had.',
  breaches: ({ ledger, walk }) => {
    const breaches = walk.steps
      .filter((step) => isGiven(step) && step.outOfUser >= (step.conditions.perUserLimit ?? Number.POSITIVE_INFINITY))
      .map(
        (step) =>
          `${which(step)} got a unit when the user held ${step.outOfUser}, with a limit of ${step.conditions.perUserLimit}`,
      );
    const largest = walk.moments.reduce(
      (most, { conditions }) => Math.max(most, conditions.perUserLimit ?? 0),
      ledger.drop.perUserLimit,
    );
    for (const [userId, held] of Map.groupBy(liveGrants(ledger), (grant) => grant.userId)) {
      if (held.length > largest) breaches.push(`user ${userId} holds ${held.length} units, with a limit of ${largest}`);
    }
    return breaches;
  },
};

export const limitReachedTooEarly: Rule = {
  name: 'limit_reached_too_early',
  promise: 'The ledger refuses with limit_reached only users who held as many units as the limit at that arrival.',
  breaches: ({ walk }) =>
    walk.steps
      .filter(({ outcome }) => outcome === 'limit_reached')
      .filter(({ conditions, outOfUser }) => outOfUser < (conditions.perUserLimit ?? 0))
      .map(
        (step) =>
          `${which(step)} was refused when the user held ${step.outOfUser}, with a limit of ${step.conditions.perUserLimit}`,
      ),
};

export const gateLimitReachedTooEarly: Rule = {
  name: 'gate_limit_reached_too_early',
  promise:
    'The gate refuses with limit_reached only users whose other claims, sent before its answer, got as many units as the limit, sooner or later.',
  breaches: (evidence) => {
    const limit = smallestLimit(evidence);
    const served = Map.groupBy(
      evidence.stories.filter(({ claim }) => claim !== undefined && claim.serial !== null),
      (story) => story.userId,
    );
    const unrecorded = unitsNobodyAskedFor(evidence);
    return evidence.stories.flatMap((story) =>
      story.attempts
        .filter((attempt) => isGateRefusal(attempt) && attempt.outcome === 'limit_reached')
        .flatMap((refusal) => {
          const theirs = served.get(story.userId) ?? [];
          const before = theirs.filter((other) => (other.attempts[0]?.sentAt ?? 0) < (refusal.answeredAt ?? 0)).length;
          const possible = before + (unrecorded.get(story.userId) ?? 0);
          return possible >= limit
            ? []
            : [`${who(story)} was refused at the gate when at most ${possible} of ${limit} units were theirs`];
        }),
    );
  },
};

/** Where an earlier limit is unknown it may have been 1, so a single unit justifies the refusal. */
function smallestLimit({ ledger, walk }: Evidence): number {
  return walk.moments.reduce(
    (least, { conditions }) => Math.min(least, conditions.perUserLimit ?? 1),
    ledger.drop.perUserLimit,
  );
}

/** Units per user whose claim is in no recorded story: sent by somebody else, at any time. */
function unitsNobodyAskedFor({ ledger, storyByKey }: Evidence): Map<string, number> {
  const counts = new Map<string, number>();
  for (const claim of ledger.claims) {
    if (claim.serial === null || storyByKey.has(requestKey(claim))) continue;
    counts.set(claim.userId, (counts.get(claim.userId) ?? 0) + 1);
  }
  return counts;
}
