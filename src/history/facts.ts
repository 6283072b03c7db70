/** Small facts about an exported drop, or about a step of its walk, that several rules need. */
import type { Ledger, LedgerDrop, LedgerGrant } from './ledger.ts';
import type { Move, Step } from './walk.ts';

/** Units in somebody's hands: granted and not given back. */
export function liveGrants(ledger: Ledger): readonly LedgerGrant[] {
  return ledger.grants.filter((grant) => grant.releasedAt === null);
}

/** Whether the drop still takes claims at the moment of the export. */
export function stillOpen({ drop }: Ledger): boolean {
  if (drop.cancelledAt !== null || Date.parse(drop.serverTime) < Date.parse(drop.opensAt)) return false;
  return drop.closesAt === null || Date.parse(drop.serverTime) < Date.parse(drop.closesAt);
}

/** Why the drop gave nothing to anybody when this was decided, or `undefined` while it was open, for all that is known. */
export function closedBecause(
  drop: LedgerDrop,
  { entry, conditions }: Pick<Step, 'entry' | 'conditions'>,
): string | undefined {
  const at = Date.parse(entry.at);
  if (at < Date.parse(drop.opensAt)) return `before the opening at ${drop.opensAt}`;
  const { closesAt, cancelled } = conditions;
  if (typeof closesAt === 'string' && at > Date.parse(closesAt)) return `after the end at ${closesAt}`;
  return cancelled ? 'after the drop was cancelled' : undefined;
}

/** Whether this step gave somebody a unit: by their claim, or from the line. */
export function isGiven({ outcome }: Step): boolean {
  return outcome === 'granted' || outcome === 'offered';
}

/** Whether the place was the user's just before: what is given up, served or passed over must have been. */
export function wasHeld({ placeBefore, arrival }: Move): boolean {
  return placeBefore === arrival;
}
