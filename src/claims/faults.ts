/** Why a claim got no outcome, and when to repeat it. */
import type { ClaimAnswer } from './admission.ts';

export type FaultName = Extract<ClaimAnswer, { fault: string }>['fault'];

/** Least and most seconds to wait. A crowd that was turned away together must not come back together. */
const RETRY_AFTER_SECONDS: Partial<Record<FaultName, readonly [least: number, most: number]>> = {
  overloaded: [1, 4],
  ledger_unavailable: [1, 3],
  shutting_down: [1, 3],
  rate_limited: [1, 1],
  claim_in_flight: [1, 1],
};

/** Whole seconds, with jitter; undefined when repeating is no use. */
export function retryAfterSeconds(fault: FaultName): number | undefined {
  const range = RETRY_AFTER_SECONDS[fault];
  return range && range[0] + Math.floor(Math.random() * (range[1] - range[0] + 1));
}
