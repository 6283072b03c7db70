/**
 * The judge of load and chaos tests: reads what every client was told and what the database holds, and names each
 * promise that was broken. It knows nothing of how the server works; it would judge any server that speaks the contract.
 */
import type { Attempt } from './attempt.ts';
import { gatherEvidence } from './evidence.ts';
import type { Ledger } from './ledger.ts';
import { danglingGrant, grantIdReused, lostGrant, lostRefusal, oneAnswer, toldDifferently } from './rules/answers.ts';
import { codes } from './rules/codes.ts';
import { gateLimitReachedTooEarly, limitReachedTooEarly, overLimit } from './rules/limit.ts';
import { lineOrder, lineOvertaken, linePassed, linePlaces, lineStalled, logLine } from './rules/line.ts';
import { endedTooLate, endsOnce, expiredTooEarly, lostEnding, usedTwice } from './rules/lives.ts';
import { claimsAndGrants, grantedCounter, logBodies, logClaims, logGrants, logNumbers, logTerms } from './rules/log.ts';
import { closedTooEarly, grantedOutsideHours } from './rules/opening.ts';
import { arrivalNumbers, claimedTwice, fairness, realTimeOrder, serialNumbers } from './rules/order.ts';
import { charges, paidSlots, paymentLeftOpen } from './rules/payments.ts';
import { gateSoldOutTooEarly, oversold, soldOutTooEarly, undersold } from './rules/stock.ts';
import type { Rule, Violation } from './violation.ts';

/** The gravest first: this is the order in which violations are reported. */
export const rules: readonly Rule[] = [
  oversold,
  lostGrant,
  lostEnding,
  usedTwice,
  paidSlots,
  charges,
  paymentLeftOpen,
  danglingGrant,
  undersold,
  soldOutTooEarly,
  gateSoldOutTooEarly,
  overLimit,
  limitReachedTooEarly,
  gateLimitReachedTooEarly,
  grantedOutsideHours,
  closedTooEarly,
  endsOnce,
  expiredTooEarly,
  endedTooLate,
  lineOvertaken,
  lineOrder,
  linePassed,
  linePlaces,
  lineStalled,
  fairness,
  realTimeOrder,
  oneAnswer,
  toldDifferently,
  grantIdReused,
  lostRefusal,
  claimedTwice,
  arrivalNumbers,
  serialNumbers,
  codes,
  claimsAndGrants,
  grantedCounter,
  logNumbers,
  logBodies,
  logClaims,
  logGrants,
  logLine,
  logTerms,
];

/**
 * Judges one drop. `history` may hold attempts on other drops, they are left out. The ledger must have been exported
 * after the last attempt was answered or given up. No violation means that every rule held. O(n log n).
 */
export function checkHistory(history: readonly Attempt[], ledger: Ledger): Violation[] {
  const evidence = gatherEvidence(history, ledger);
  return rules.flatMap((rule) => rule.breaches(evidence).map((detail) => ({ rule: rule.name, detail })));
}
