/**
 * The gate: refuses from memory what the ledger would refuse anyway, so that the ninety-nine thousand who come too early or too late cost the ledger
 * nothing. It never lets anybody win.
 *
 *   scheduled   refuse all: not_open
 *   open        let through
 *   sold out    refuse new claims: sold_out      claims that the ledger has, or may have, are let through again: a repeat gets its first
 *   closed      refuse new claims: closed        answer from the ledger, and that includes every winner's
 *
 * Where the drop stands comes from the catalogue; the gate itself remembers only the claims that it is told of: those that the ledger has answered, those whose
 * batch is in doubt, and, after a restart, those that the ledger has. A claim that found the queue full, or another one of its user on its way, is not among
 * them. So their number is bounded by what the queue took: the stock, what stood in the queue when the last unit went, and, while there are units, presses
 * beyond the limit, as many as the rate per user lets through.
 *
 * A gate may be late (it learns of the last unit after the commit), so it may let through claims that the ledger then refuses; it is never early.
 */
import { type Drop, stateOf } from '../drops/drop.ts';
import type { ClaimRequest } from '../ledger/ledger.ts';

export type GateRefusal = 'not_open' | 'closed' | 'sold_out';

export class Gate {
  readonly #remembered = new Set<string>();

  /** Let through and not answered yet. While there are any, this gate must not be forgotten. */
  claimsOnTheirWay = 0;
  /** When somebody last claimed here; the gate that was left alone the longest goes first. */
  lastUsedMs: number;

  /** `taken`: the claims that the ledger has already. */
  constructor(taken: Iterable<ClaimRequest> = [], nowMs = 0) {
    this.lastUsedMs = nowMs;
    for (const claim of taken) this.remember(claim);
  }

  /** The refusal for this claim now, or undefined: then it must go to the ledger, and may do so again. */
  refuse(drop: Drop, claim: ClaimRequest, nowMs: number): GateRefusal | undefined {
    const state = stateOf(drop, nowMs);
    if (state === 'scheduled') return 'not_open';
    if (state === 'open' || this.#remembered.has(keyOf(claim))) return undefined;
    return state === 'sold_out' ? 'sold_out' : 'closed';
  }

  /** The ledger has this claim, or may have it. */
  remember(claim: ClaimRequest): void {
    this.#remembered.add(keyOf(claim));
  }
}

function keyOf({ userId, requestId }: ClaimRequest): string {
  return `${userId} ${requestId}`;
}
