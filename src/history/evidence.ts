/** Everything the rules look at, indexed once: the attempts told as stories per request, the ledger, and the walk over it. */
import { type Attempt, isLedgerAnswer, requestKey } from './attempt.ts';
import type { Ledger, LedgerClaim, LedgerGrant } from './ledger.ts';
import { type Step, walkArrivals } from './walk.ts';

/** One request of one user: all its attempts in the order they were sent, and what the ledger holds about it. */
export interface Story {
  readonly userId: string;
  readonly requestId: string;
  readonly attempts: readonly Attempt[];
  /** The attempts that were answered by the ledger, in the order the answers came. */
  readonly ledgerAnswers: readonly Attempt[];
  readonly claim: LedgerClaim | undefined;
}

export interface Evidence {
  readonly ledger: Ledger;
  readonly stories: readonly Story[];
  readonly storyByKey: ReadonlyMap<string, Story>;
  readonly grantBySerial: ReadonlyMap<number, LedgerGrant>;
  readonly steps: readonly Step[];
}

/** Gathers what belongs to the ledger's drop; attempts on other drops are left out. */
export function gatherEvidence(history: readonly Attempt[], ledger: Ledger): Evidence {
  const claimByKey = new Map(ledger.claims.map((claim) => [requestKey(claim), claim]));
  const attemptsByKey = Map.groupBy(
    history.filter((attempt) => attempt.dropId === ledger.drop.id),
    requestKey,
  );
  const storyByKey = new Map<string, Story>();
  for (const [key, attempts] of attemptsByKey) {
    const first = attempts[0];
    if (first === undefined) continue;
    storyByKey.set(key, {
      userId: first.userId,
      requestId: first.requestId,
      attempts: attempts.sort((a, b) => a.sentAt - b.sentAt),
      ledgerAnswers: attempts.filter(isLedgerAnswer).sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0)),
      claim: claimByKey.get(key),
    });
  }
  return {
    ledger,
    stories: [...storyByKey.values()],
    storyByKey,
    grantBySerial: new Map(ledger.grants.map((grant) => [grant.serial, grant])),
    steps: walkArrivals(ledger),
  };
}
