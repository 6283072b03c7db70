/**
 * The sequencer in this process: gathers claims per drop into batches, and lets the ledger decide one batch per drop at a time.
 *
 *   idle ──a claim──> gathering (until this turn of the event loop ends) ──> deciding
 *   deciding ──a claim──> deciding, and the claim waits for the next batch
 *   deciding ──the batch is answered──> deciding the next batch, if claims wait; else idle
 *
 * That is the whole control loop: the longer a batch takes, the more gather for the next one, and the cheaper each claim becomes. There is no timer and no
 * batch size to tune, only two bounds: `batchMax` for one transaction, `queueMax` for the memory and the patience of those who wait.
 *
 * A batch that fails is in doubt: it may or may not have been committed. Its claims are told to ask again with the same request id, which is safe either way.
 */
import type { BatchAnswer, ClaimRequest } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Claim, Faulted, Intake } from './intake.ts';

interface Waiting extends ClaimRequest {
  readonly resolve: (answer: Outcome | Faulted) => void;
}

/** The claims of one drop that wait for their batch; exists while there are any, or a batch is being decided. */
interface Line {
  waiting: Waiting[];
}

export interface DirectIntakeOptions {
  readonly queueMax: number;
  readonly batchMax: number;
  /** Called after each commit, before the claims of the batch are answered: whoever hears an answer finds the gate up to date. */
  readonly onDecided: (dropId: string, answer: BatchAnswer, tookMs: number) => void;
  readonly onFailed: (dropId: string, error: unknown, claims: number) => void;
}

interface DecidingLedger {
  claim(dropId: string, requests: readonly ClaimRequest[]): Promise<BatchAnswer | undefined>;
}

export class DirectIntake implements Intake {
  readonly #ledger: DecidingLedger;
  readonly #options: DirectIntakeOptions;
  readonly #lines = new Map<string, Line>();
  #depth = 0;
  #onDrained: (() => void)[] = [];

  constructor(ledger: DecidingLedger, options: DirectIntakeOptions) {
    this.#ledger = ledger;
    this.#options = options;
  }

  get depth(): number {
    return this.#depth;
  }

  submit({ dropId, userId, requestId }: Claim): Promise<Outcome | Faulted> {
    if (this.#depth >= this.#options.queueMax) return Promise.resolve({ fault: 'overloaded' });
    this.#depth += 1;
    return new Promise((resolve) => {
      const claim: Waiting = { userId, requestId, resolve };
      const line = this.#lines.get(dropId);
      if (line !== undefined) {
        line.waiting.push(claim);
        return;
      }
      this.#lines.set(dropId, { waiting: [claim] });
      // Not at once: whatever else has already arrived on other sockets joins the first batch.
      setImmediate(() => void this.#decide(dropId));
    });
  }

  drained(): Promise<void> {
    if (this.#depth === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  async #decide(dropId: string): Promise<void> {
    const line = this.#lines.get(dropId);
    while (line !== undefined && line.waiting.length > 0) {
      const batch = line.waiting.splice(0, this.#options.batchMax);
      const answers = await this.#answer(dropId, batch);
      this.#depth -= batch.length;
      for (const [place, claim] of batch.entries()) claim.resolve(answers(place));
    }
    this.#lines.delete(dropId);
    if (this.#depth === 0) for (const resolve of this.#onDrained.splice(0)) resolve();
  }

  async #answer(dropId: string, batch: readonly Waiting[]): Promise<(place: number) => Outcome | Faulted> {
    const startedMs = performance.now();
    try {
      const answer = await this.#ledger.claim(dropId, batch);
      if (answer === undefined) return () => ({ fault: 'drop_not_found' });
      this.#options.onDecided(dropId, answer, performance.now() - startedMs);
      return (place) => answer.outcomes[place] ?? { fault: 'ledger_unavailable' };
    } catch (error) {
      this.#options.onFailed(dropId, error, batch.length);
      return () => ({ fault: 'ledger_unavailable' });
    }
  }
}
