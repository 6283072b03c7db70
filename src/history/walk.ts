/**
 * The sale, walked once in arrival order. Each step is one claim of the ledger together with what was true when it was
 * decided: the terms, how many units were out, how many of them in this user's hands.
 *
 * Units that came back make "how many were out" uncertain by the resolution of the clock: a release in the same
 * millisecond as a claim may have come before or after it. So each count has a least and a most, and a rule uses the one
 * that gives the ledger the benefit of the doubt.
 */
import { type Conditions, readSegments } from './conditions.ts';
import type { Ledger, LedgerClaim, LedgerGrant } from './ledger.ts';

export interface Count {
  readonly least: number;
  readonly most: number;
}

export interface Step {
  readonly claim: LedgerClaim;
  readonly conditions: Conditions;
  /** Units out just before this claim, of everybody. */
  readonly out: Count;
  /** Units out just before this claim, of its user. */
  readonly outOfUser: Count;
  /** Grants that this user had ever got before, released or not. */
  readonly everOfUser: number;
}

/** One step per claim of the ledger, in arrival order. O(n log n). */
export function walkArrivals(ledger: Ledger): readonly Step[] {
  const segments = readSegments(ledger);
  const releases = releaseTimes(ledger.grants);
  const releasesOfUser = releasesByUser(ledger.grants);
  const everByUser = new Map<string, number>();
  let ever = 0;
  let segment = 0;
  const steps: Step[] = [];
  for (const claim of [...ledger.claims].sort((a, b) => a.arrival - b.arrival)) {
    while ((segments[segment + 1]?.fromArrival ?? Number.POSITIVE_INFINITY) <= claim.arrival) segment += 1;
    const conditions = segments[segment]?.conditions;
    if (conditions === undefined) throw new Error('a drop without any terms');
    const everOfUser = everByUser.get(claim.userId) ?? 0;
    const at = Date.parse(claim.claimedAt);
    const ofUser = releasesOfUser.get(claim.userId) ?? [];
    steps.push({
      claim,
      conditions,
      out: outAt(ever, releases, at),
      outOfUser: outAt(everOfUser, ofUser, at),
      everOfUser,
    });
    if (claim.outcome !== 'granted') continue;
    ever += 1;
    everByUser.set(claim.userId, everOfUser + 1);
  }
  return steps;
}

function releaseTimes(grants: readonly LedgerGrant[]): number[] {
  const times = grants.flatMap((grant) => (grant.releasedAt === null ? [] : [Date.parse(grant.releasedAt)]));
  return times.sort((a, b) => a - b);
}

function releasesByUser(grants: readonly LedgerGrant[]): Map<string, number[]> {
  const released = grants.filter((grant) => grant.releasedAt !== null);
  const byUser = Map.groupBy(released, (grant) => grant.userId);
  return new Map([...byUser].map(([userId, theirs]) => [userId, releaseTimes(theirs)]));
}

function outAt(ever: number, releases: readonly number[], at: number): Count {
  if (releases.length === 0) return { least: ever, most: ever };
  return { least: ever - countBelow(releases, at + 1), most: ever - countBelow(releases, at) };
}

/** How many of the sorted times are below `limit`. */
function countBelow(times: readonly number[], limit: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
