/**
 * How a claim travels from a gateway to the ledger: `direct-intake.ts` stays in this process, `queued-intake.ts` goes through a queue between machines.
 * Whichever way, and however often, the ledger decides a request once.
 */
import type { Outcome } from '../ledger/outcome.ts';

export interface Claim {
  readonly dropId: string;
  readonly userId: string;
  readonly requestId: string;
}

/**
 * What happened to a claim that got no outcome. It may be repeated, with the same request id.
 *
 *   overloaded          it was not taken: too many wait
 *   ledger_unavailable  in doubt
 */
export type Fault = 'overloaded' | 'ledger_unavailable' | 'drop_not_found';

/** The fields of a fault, told apart from an outcome by `fault`. */
export interface Faulted {
  readonly fault: Fault;
}

export interface Intake {
  /** Resolves with the ledger's committed answer, or with `queued`: taken, and not decided in time; the outcome comes later. Never rejects. */
  submit(claim: Claim): Promise<Outcome | Faulted | 'queued'>;
  /** Resolves when everything taken so far has been answered, or told `queued`. */
  drained(): Promise<void>;
  /** Claims that wait or are being decided. */
  readonly depth: number;
}

/** A request of one user for one drop, as a key. */
export function claimKey({ dropId, userId, requestId }: Claim): string {
  return `${dropId} ${userId} ${requestId}`;
}
