/** How a claim travels from a gateway to the ledger. `direct` stays in this process; the port leaves room for a queue between machines. */
import type { Outcome } from '../ledger/outcome.ts';

export interface Claim {
  readonly dropId: string;
  readonly userId: string;
  readonly requestId: string;
}

/** What happened to a claim that got no outcome. It may be repeated, with the same request id. */
export type Fault = 'overloaded' | 'ledger_unavailable' | 'drop_not_found';

/** The fields of a fault, told apart from an outcome by `fault`. */
export interface Faulted {
  readonly fault: Fault;
}

export interface Intake {
  /** Resolves with the ledger's committed answer; never rejects. */
  submit(claim: Claim): Promise<Outcome | Faulted>;
  /** Resolves when everything taken so far has been answered. */
  drained(): Promise<void>;
  /** Claims that wait or are being decided. */
  readonly depth: number;
}
