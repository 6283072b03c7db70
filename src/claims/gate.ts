/**
 * The gate: refuses from memory what the ledger would refuse anyway, so that the ninety-nine thousand who come too early or too late cost the ledger
 * nothing. It never lets anybody win.
 *
 *   scheduled   refuse all: not_open
 *   open        let through
 *   sold out    refuse strangers: sold_out       those whose claims were taken before are let through: a repeat gets its first answer
 *   closed      refuse strangers: closed         from the ledger, and that includes every winner
 *
 * Where the drop stands comes from the catalogue; the gate itself remembers only the claimants: everybody whom it has let through, and, after a restart,
 * everybody whose claims the ledger has. Their number is bounded by the stock plus what the queue held when the last unit went.
 *
 * A gate may be late (it learns of the last unit after the commit), so it may let through claims that the ledger then refuses; it is never early.
 */
import { type Drop, stateOf } from '../drops/drop.ts';

export type GateRefusal = 'not_open' | 'closed' | 'sold_out';

export class Gate {
  readonly #claimants: Set<string>;

  constructor(claimants: Iterable<string> = []) {
    this.#claimants = new Set(claimants);
  }

  /** The refusal for a claim of this user now, or undefined: then the user counts as a claimant, and the claim must go to the ledger. */
  refuse(drop: Drop, userId: string, nowMs: number): GateRefusal | undefined {
    const state = stateOf(drop, nowMs);
    if (state === 'scheduled') return 'not_open';
    if (state === 'open') {
      this.#claimants.add(userId);
      return undefined;
    }
    if (this.#claimants.has(userId)) return undefined;
    return state === 'sold_out' ? 'sold_out' : 'closed';
  }
}
