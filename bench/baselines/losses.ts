/**
 * What a sale went wrong by: the answers that clients got, against what the database holds when all is over and written. It asks less than the history check of src/history, which
 * needs our ledger: only what any design can be asked. Each figure counts units or people; in peace, and in a design that loses nothing, all are zero.
 *
 * A request *has* a unit if somebody was told so or the database says so.
 */
import { type Attempt, isUnknownClaim, requestKey } from '../../src/history/attempt.ts';
import type { HeldGrant, Holdings } from './tables.ts';

export interface Losses {
  /** Requests that were told granted, and the database holds no grant of theirs. */
  readonly acknowledgedLost: number;
  /** Serials that more than one request has. */
  readonly soldTwice: number;
  /** Requests that have a unit, beyond the stock. */
  readonly oversold: number;
  /** Units that nobody has, as far as somebody who might have had one was told sold_out instead. */
  readonly undersold: number;
  /** Requests to which two things were said that cannot both be true. */
  readonly toldTwoAnswers: number;
  /** Units that users have beyond what one may have. */
  readonly overLimit: number;
}

/** Attempts on other drops are left out. The holdings must have been read when nothing was on its way to the database any more. */
export function findLosses(history: readonly Attempt[], holdings: Holdings): Losses {
  const stories = tell(history, holdings);
  const owners = stories.filter(hasUnit);
  const unitsByUser = countBy(owners, ({ userId }) => userId);
  const sentAway = stories.filter(
    (story) =>
      !hasUnit(story) && story.refusals.some(isSoldOut) && (unitsByUser.get(story.userId) ?? 0) < holdings.perUserLimit,
  );
  return {
    acknowledgedLost: stories.filter(({ grants, held }) => grants.length > 0 && !held).length,
    soldTwice: [...countBy(owners.flatMap(serialsOf), (serial) => serial).values()].filter((count) => count > 1).length,
    oversold: Math.max(0, owners.length - holdings.stock),
    undersold: Math.max(0, Math.min(holdings.stock - owners.length, sentAway.length)),
    toldTwoAnswers: stories.filter(contradictsItself).length,
    overLimit: [...unitsByUser.values()]
      .map((units) => Math.max(0, units - holdings.perUserLimit))
      .reduce((sum, units) => sum + units, 0),
  };
}

/** One request: what it was told, and what the database holds of it. */
interface Story {
  readonly userId: string;
  readonly grants: readonly Attempt[];
  readonly refusals: readonly Attempt[];
  /** Lookups that found no such claim. */
  readonly unknowns: readonly Attempt[];
  readonly held: HeldGrant | undefined;
}

function tell(history: readonly Attempt[], { id, grants }: Holdings): Story[] {
  const attemptsByKey = Map.groupBy(
    history.filter(({ dropId }) => dropId === id),
    requestKey,
  );
  const heldByKey = new Map(grants.map((grant) => [requestKey(grant), grant]));
  return [...new Set([...attemptsByKey.keys(), ...heldByKey.keys()])].map((key) => {
    const attempts = attemptsByKey.get(key) ?? [];
    const held = heldByKey.get(key);
    return {
      userId: attempts[0]?.userId ?? held?.userId ?? '',
      grants: attempts.filter(({ outcome }) => outcome === 'granted'),
      refusals: attempts.filter(({ outcome }) => outcome !== null && outcome !== 'granted' && outcome !== 'not_open'),
      unknowns: attempts.filter(isUnknownClaim),
      held,
    };
  });
}

function hasUnit({ grants, held }: Story): boolean {
  return grants.length > 0 || held !== undefined;
}

function isSoldOut({ outcome }: Attempt): boolean {
  return outcome === 'sold_out';
}

/** Each serial once, however often the request was told it. */
function serialsOf({ grants, held }: Story): number[] {
  const told = grants.flatMap(({ serial }) => serial ?? []);
  return [...new Set(held ? [...told, held.serial] : told)];
}

/**
 * Two grants that differ, whichever way they came. A refusal and a grant, if one was read before the other was asked for: between copies of a request that are on their way at
 * once, a refusal from memory may be overtaken. Whoever is refused to the end while the database holds a unit for them was told wrong, too; and who was granted and is told later
 * that there is no such claim.
 */
function contradictsItself({ grants, refusals, unknowns, held }: Story): boolean {
  const units = new Set(grants.map(({ serial, grantId }) => `${serial} ${grantId}`));
  if (held && grants.length > 0) units.add(`${held.serial} ${held.grantId}`);
  if (units.size > 1) return true;
  if (grants.length === 0) return held !== undefined && refusals.length > 0;
  return grants.some(
    (grant) =>
      refusals.some((refusal) => isBefore(grant, refusal) || isBefore(refusal, grant)) ||
      unknowns.some((unknown) => isBefore(grant, unknown)),
  );
}

/** Whether one answer was read before the other attempt was sent. */
function isBefore(one: Attempt, other: Attempt): boolean {
  return one.answeredAt !== null && one.answeredAt <= other.sentAt;
}

function countBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
