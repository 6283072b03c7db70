/** Everything the rules look at, indexed once: the attempts told as stories per request, the ledger, and the walk over its log. */
import { type Attempt, isLedgerAnswer, isOfGrant, requestKey } from './attempt.ts';
import type { Ledger, LedgerClaim, LedgerGrant } from './ledger.ts';
import { type Walk, walkLog } from './walk.ts';

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
  /** What was asked of grants, in the order it was sent. */
  readonly calls: readonly Attempt[];
  /** The table's, in the order of their arrivals. */
  readonly claims: readonly LedgerClaim[];
  readonly grantBySerial: ReadonlyMap<number, LedgerGrant>;
  readonly walk: Walk;
}

/** Gathers what belongs to the ledger's drop; attempts on other drops are left out. */
export function gatherEvidence(history: readonly Attempt[], ledger: Ledger): Evidence {
  const ofDrop = history.filter((attempt) => attempt.dropId === ledger.drop.id);
  const storyByKey = tellStories(
    ofDrop.filter((attempt) => !isOfGrant(attempt)),
    ledger,
  );
  return {
    ledger,
    stories: [...storyByKey.values()],
    storyByKey,
    calls: ofDrop.filter(isOfGrant).sort((a, b) => a.sentAt - b.sentAt),
    claims: [...ledger.claims].sort((a, b) => a.arrival - b.arrival),
    grantBySerial: new Map(ledger.grants.map((grant) => [grant.serial, grant])),
    walk: walkLog(ledger),
  };
}

function tellStories(attempts: readonly Attempt[], ledger: Ledger): Map<string, Story> {
  const claimByKey = new Map(ledger.claims.map((claim) => [requestKey(claim), claim]));
  const stories = new Map<string, Story>();
  for (const [key, theirs] of Map.groupBy(attempts, requestKey)) {
    const [first] = theirs;
    if (first === undefined) continue;
    stories.set(key, {
      userId: first.userId,
      requestId: first.requestId,
      attempts: theirs.sort((a, b) => a.sentAt - b.sentAt),
      ledgerAnswers: theirs.filter(isLedgerAnswer).sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0)),
      claim: claimByKey.get(key),
    });
  }
  return stories;
}
