/**
 * The gate: refuses from memory what the ledger would refuse anyway, so that the ninety-nine thousand who come too early or too late cost the ledger
 * nothing. It never lets anybody win.
 *
 *   scheduled   refuse all: not_open
 *   open        let through
 *   sold out    refuse new claims: sold_out      claims that were let through before are let through again: a repeat gets its first
 *   closed      refuse new claims: closed        answer from the ledger, and that includes every winner's
 *
 * Where the drop stands comes from the catalogue; the gate itself remembers only the claims that it has let through, and, after a restart, those that the ledger
 * has. Their number is bounded by what reached the ledger: the stock, what stood in the queue when the last unit went, and, while there are units, presses
 * beyond the limit, as many as the rate per user lets through.
 *
 * A gate may be late (it learns of the last unit after the commit), so it may let through claims that the ledger then refuses; it is never early.
 */
import { type Drop, stateOf } from '../drops/drop.ts';
import type { ClaimRequest } from '../ledger/ledger.ts';

export type GateRefusal = 'not_open' | 'closed' | 'sold_out';

export class Gate {
  readonly #letThrough = new Set<string>();

  /** Let through and not answered yet. While there are any, this gate must not be forgotten. */
  claimsOnTheirWay = 0;

  /** `taken`: the claims that the ledger has already. */
  constructor(taken: Iterable<ClaimRequest> = []) {
    for (const claim of taken) this.#letThrough.add(keyOf(claim));
  }

  /** The refusal for this claim now, or undefined: then it must go to the ledger, and may do so again. */
  refuse(drop: Drop, claim: ClaimRequest, nowMs: number): GateRefusal | undefined {
    const state = stateOf(drop, nowMs);
    if (state === 'scheduled') return 'not_open';
    if (state === 'open') {
      this.#letThrough.add(keyOf(claim));
      return undefined;
    }
    if (this.#letThrough.has(keyOf(claim))) return undefined;
    return state === 'sold_out' ? 'sold_out' : 'closed';
  }

  /** The claim was let through, but did not reach the ledger. */
  forget(claim: ClaimRequest): void {
    this.#letThrough.delete(keyOf(claim));
  }
}

function keyOf({ userId, requestId }: ClaimRequest): string {
  return `${userId} ${requestId}`;
}
