/** Small facts about an exported drop that several rules need. */
import type { Ledger, LedgerGrant } from './ledger.ts';

/** Units in somebody's hands: granted and not given back. */
export function liveGrants(ledger: Ledger): readonly LedgerGrant[] {
  return ledger.grants.filter((grant) => grant.releasedAt === null);
}

/** Whether the drop still takes claims at the moment of the export. */
export function stillOpen({ drop }: Ledger): boolean {
  if (drop.cancelledAt !== null || Date.parse(drop.serverTime) < Date.parse(drop.opensAt)) return false;
  return drop.closesAt === null || Date.parse(drop.serverTime) < Date.parse(drop.closesAt);
}
