/**
 * Carries each press to its answer. One copy of a claim goes through these states:
 *
 *   sent       written to the buyer's connection; `sentAt` is noted. The reply leads to
 *   answered     an outcome, or a final error: kept, done. If it is the claim's first outcome, its later copies are sent.
 *   waiting      busy, too early, or the connection was lost: kept as an attempt, and sent again with the same request id
 *                after the wait that the server asked for (not_open: until the opening), or a growing one of our own.
 *   given up     the next attempt would start after the claim's deadline, or the run is over: done, without outcome. The
 *                claim is asked for at the end of the run.
 *
 * `whenDone` resolves when no copy is sent or waiting any more. Latency is always from `intendedAt`, however often a
 * claim was sent: it is the time the person waited.
 */
import { type Answer, isRetryable } from './answer.ts';
import type { Connection } from './connection.ts';
import type { Claim, RunRecord } from './record.ts';

const firstBackoffMs = 50;
const backoffMsMax = 2000;
/** Added to each wait, so that those who were refused together do not come back together. */
const jitterShare = 0.2;

export class Presser {
  readonly #connections: readonly Connection[];
  readonly #record: RunRecord;
  readonly #patienceMs: number;
  readonly #timers = new Set<NodeJS.Timeout>();
  #unfinished = 0;
  #answered = 0;
  #isOver = false;
  #onDone: (() => void) | undefined;

  /** `patienceMs`: how long after its intended instant a claim is still sent again. */
  constructor(connections: readonly Connection[], record: RunRecord, patienceMs: number) {
    this.#connections = connections;
    this.#record = record;
    this.#patienceMs = patienceMs;
  }

  /** Claims that have their outcome. */
  get answered(): number {
    return this.#answered;
  }

  /** Sends a claim, `copies` times at once. */
  press(claim: Claim, copies: number): void {
    for (let copy = 0; copy < copies; copy += 1) {
      this.#unfinished += 1;
      this.#send(claim, 0);
    }
  }

  /** Call after the last press. Resolves when every copy is answered or given up. */
  whenDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDone = resolve;
      this.#resolveIfDone();
    });
  }

  /** The run is over: nothing is sent again. What is on the way ends when its connection is closed. */
  giveUp(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#unfinished -= this.#timers.size;
    this.#timers.clear();
    this.#resolveIfDone();
  }

  #send(claim: Claim, tries: number): void {
    const connection = this.#connections[claim.connectionIndex];
    if (connection === undefined) throw new Error(`there is no connection ${claim.connectionIndex}`);
    claim.prepared ??= connection.prepareClaim(claim.buyer, this.#record.dropId, claim.requestId);
    const sentAt = performance.now();
    if (claim.firstSentAt === 0) claim.firstSentAt = sentAt;
    connection.sendClaim(claim.prepared, claim.requestId, (answer) => this.#receive(claim, tries, sentAt, answer));
  }

  #receive(claim: Claim, tries: number, sentAt: number, answer: Answer | null): void {
    const now = performance.now();
    this.#record.keep(claim, 'claim', sentAt, answer, answer === null ? null : now);
    if (answer === null || isRetryable(answer)) {
      this.#retry(claim, tries, answer);
      return;
    }
    if (answer.outcome === null) this.#record.countError(answer.errorCode ?? 'unknown');
    else if (claim.answer === null) {
      claim.answer = answer;
      claim.answeredAt = now;
      this.#answered += 1;
    } else if (claim.answer.arrival === null) {
      // Another copy was refused at the gate before; what the ledger says overrules it. The wait was over then.
      claim.answer = answer;
    }
    if (!this.#isOver && claim.copiesLater > 0) this.press(claim, claim.copiesLater);
    claim.copiesLater = 0;
    this.#finish();
  }

  #retry(claim: Claim, tries: number, answer: Answer | null): void {
    const backoff = Math.min(backoffMsMax, firstBackoffMs * 2 ** Math.min(tries, 10));
    const waitMs = (answer?.retryAfterMs ?? backoff) * (1 + jitterShare * Math.random());
    if (this.#isOver || performance.now() + waitMs > claim.intendedAt + this.#patienceMs) {
      this.#finish();
      return;
    }
    this.#record.countRetry(answer === null ? 'connection_lost' : (answer.outcome ?? answer.errorCode ?? 'unknown'));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#send(claim, tries + 1);
    }, waitMs);
    this.#timers.add(timer);
  }

  #finish(): void {
    this.#unfinished -= 1;
    this.#resolveIfDone();
  }

  #resolveIfDone(): void {
    if (this.#unfinished === 0) this.#onDone?.();
  }
}
