/** Nobody takes more than their share, and nobody is told they did when they did not. */
import { isGateRefusal, requestKey } from '../attempt.ts';
import { readSegments } from '../conditions.ts';
import type { Evidence } from '../evidence.ts';
import { liveGrants } from '../facts.ts';
import { type Rule, who } from '../violation.ts';

export const overLimit: Rule = {
  name: 'over_limit',
  promise:
    'Nobody is granted a unit while holding as many as the per-user limit, and nobody ends above the largest limit the drop ever had.',
  breaches: (evidence) => {
    const breaches = evidence.steps
      .filter(
        ({ claim, conditions, outOfUser }) =>
          claim.outcome === 'granted' && outOfUser.least >= (conditions.perUserLimit ?? Number.POSITIVE_INFINITY),
      )
      .map(
        ({ claim, conditions, outOfUser }) =>
          `arrival ${claim.arrival} (${who(claim)}) was granted when the user held ${outOfUser.least}, with a limit of ${conditions.perUserLimit}`,
      );
    const limit = largestLimit(evidence);
    for (const [userId, held] of Map.groupBy(liveGrants(evidence.ledger), (grant) => grant.userId)) {
      if (held.length > limit) breaches.push(`user ${userId} holds ${held.length} units, with a limit of ${limit}`);
    }
    return breaches;
  },
};

export const limitReachedTooEarly: Rule = {
  name: 'limit_reached_too_early',
  promise: 'The ledger refuses with limit_reached only users who had got as many units as the limit by then.',
  breaches: ({ steps }) =>
    steps
      .filter(
        ({ claim, conditions, everOfUser }) =>
          claim.outcome === 'limit_reached' && everOfUser < (conditions.perUserLimit ?? 0),
      )
      .map(
        ({ claim, conditions, everOfUser }) =>
          `arrival ${claim.arrival} (${who(claim)}) was refused when the user had got ${everOfUser}, with a limit of ${conditions.perUserLimit}`,
      ),
};

export const gateLimitReachedTooEarly: Rule = {
  name: 'gate_limit_reached_too_early',
  promise:
    'The gate refuses with limit_reached only users whose other claims, sent before its answer, were granted as many units as the limit.',
  breaches: (evidence) => {
    const limit = smallestLimit(evidence);
    const granted = Map.groupBy(
      evidence.stories.filter((story) => story.claim?.outcome === 'granted'),
      (story) => story.userId,
    );
    const unrecorded = grantsNobodySent(evidence);
    return evidence.stories.flatMap((story) =>
      story.attempts
        .filter((attempt) => isGateRefusal(attempt) && attempt.outcome === 'limit_reached')
        .flatMap((refusal) => {
          const theirs = granted.get(story.userId) ?? [];
          const before = theirs.filter((other) => (other.attempts[0]?.sentAt ?? 0) < (refusal.answeredAt ?? 0)).length;
          const possible = before + (unrecorded.get(story.userId) ?? 0);
          return possible >= limit
            ? []
            : [`${who(story)} was refused at the gate when at most ${possible} of ${limit} units were theirs`];
        }),
    );
  },
};

function knownLimits({ ledger }: Evidence): number[] {
  const limits = readSegments(ledger).map((segment) => segment.conditions.perUserLimit);
  return [ledger.drop.perUserLimit, ...limits.filter((limit) => limit !== undefined)];
}

function largestLimit(evidence: Evidence): number {
  return Math.max(...knownLimits(evidence));
}

/** Where an earlier limit is unknown it may have been 1, so a single grant justifies the refusal. */
function smallestLimit(evidence: Evidence): number {
  const unknown = readSegments(evidence.ledger).some((segment) => segment.conditions.perUserLimit === undefined);
  return unknown ? 1 : Math.min(...knownLimits(evidence));
}

/** Grants per user whose claim is in no recorded story: sent by somebody else, at any time. */
function grantsNobodySent({ ledger, storyByKey }: Evidence): Map<string, number> {
  const counts = new Map<string, number>();
  for (const claim of ledger.claims) {
    if (claim.outcome !== 'granted' || storyByKey.has(requestKey(claim))) continue;
    counts.set(claim.userId, (counts.get(claim.userId) ?? 0) + 1);
  }
  return counts;
}
