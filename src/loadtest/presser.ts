/**
 * Carries each press to its answer. One copy of a claim goes through these states:
 *
 *   sent       written to the buyer's connection; `sentAt` is noted. The reply leads to
 *   answered     an outcome, or a final error: kept, done. If it is the claim's first outcome, its later copies are sent.
 *   waiting      busy, too early, queued, the connection was lost, or no answer came in time: kept as an attempt, and sent
 *                again with the same request id after the wait that the server asked for (not_open: until the opening), or a
 *                growing one of our own. An answer that comes after its time is kept as one more attempt, and may be the
 *                claim's outcome.
 *   given up     the next attempt would start after the claim's deadline, or the run is over: done, without outcome. The
 *                claim is asked for at the end of the run.
 *
 * `whenDone` resolves when no copy is sent or waiting any more. Latency is always from `intendedAt`, however often a
 * claim was sent: it is the time the person waited.
 */
import { type Answer, errorAnswer, isRetryable } from './answer.ts';
import type { Connection } from './connection.ts';
import type { Claim, RunRecord } from './record.ts';

const firstBackoffMs = 50;
const backoffMsMax = 2000;
/** Added to each wait, so that those who were refused together do not come back together. */
const jitterShare = 0.2;
/** Longer than a healthy server takes on its worst day, shorter than people wait. */
const answerWithinMs = 10_000;

const nothing: Answer = errorAnswer('connection_lost');
const late: Answer = errorAnswer('no_answer_in_time');

interface Copy {
  readonly claim: Claim;
  isDone: boolean;
  /** Until its answer should be there, or until it is sent again. */
  timer: NodeJS.Timeout | undefined;
}

export class Presser {
  readonly #connections: readonly Connection[];
  readonly #record: RunRecord;
  readonly #patienceMs: number;
  readonly #answerWithinMs: number;
  readonly #onEnd: (claim: Claim) => void;
  /** Of the copies that wait to be sent again. */
  readonly #timers = new Map<Copy, NodeJS.Timeout>();
  #unfinished = 0;
  #answered = 0;
  #isOver = false;
  #onDone: (() => void) | undefined;

  /**
   * `patienceMs`: how long after its intended instant a claim is still sent again. `withinMs`: how long one answer is waited for.
   * `onEnd` is told of each copy that has its answer or is given up.
   */
  constructor(
    connections: readonly Connection[],
    record: RunRecord,
    patienceMs: number,
    withinMs: number = answerWithinMs,
    onEnd: (claim: Claim) => void = () => {},
  ) {
    this.#connections = connections;
    this.#record = record;
    this.#patienceMs = patienceMs;
    this.#answerWithinMs = withinMs;
    this.#onEnd = onEnd;
  }

  /** Claims that have their outcome. */
  get answered(): number {
    return this.#answered;
  }

  /** Sends a claim, `copies` times at once. */
  press(claim: Claim, copies: number): void {
    for (let copy = 0; copy < copies; copy += 1) {
      this.#unfinished += 1;
      this.#send({ claim, isDone: false, timer: undefined }, 0);
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
    for (const [copy, timer] of this.#timers) {
      clearTimeout(timer);
      this.#end(copy);
    }
    this.#timers.clear();
    this.#resolveIfDone();
  }

  #send(copy: Copy, tries: number): void {
    const { claim } = copy;
    const connection = this.#connections[claim.connectionIndex];
    if (connection === undefined) throw new Error(`there is no connection ${claim.connectionIndex}`);
    claim.prepared ??= connection.prepareClaim(claim.buyer, this.#record.dropId, claim.requestId);
    const sentAt = performance.now();
    if (claim.firstSentAt === 0) claim.firstSentAt = sentAt;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#record.keep(claim, 'claim', sentAt, null, null);
      this.#retry(copy, tries, late);
    }, this.#answerWithinMs);
    copy.timer = timer;
    connection.sendClaim(claim.prepared, claim.requestId, (answer) => {
      clearTimeout(timer);
      if (!isLate && !copy.isDone) this.#receive(copy, tries, sentAt, answer);
      else if (answer !== null) this.#receiveLate(copy, sentAt, answer);
    });
  }

  #receive(copy: Copy, tries: number, sentAt: number, answer: Answer | null): void {
    if (answer === null) this.#record.keep(copy.claim, 'claim', sentAt, null, null);
    else this.#keep(copy.claim, sentAt, answer);
    if (answer === null || isRetryable(answer)) {
      this.#retry(copy, tries, answer ?? nothing);
      return;
    }
    if (answer.outcome === null) this.#record.countError(answer.errorCode ?? 'unknown');
    this.#finish(copy);
  }

  /** The copy has been sent again, or will be: whichever answer comes first ends it. */
  #receiveLate(copy: Copy, sentAt: number, answer: Answer): void {
    this.#keep(copy.claim, sentAt, answer);
    if (copy.isDone || answer.outcome === null || isRetryable(answer)) return;
    clearTimeout(copy.timer);
    this.#timers.delete(copy);
    this.#finish(copy);
  }

  #keep(claim: Claim, sentAt: number, answer: Answer): void {
    const now = performance.now();
    this.#record.keep(claim, 'claim', sentAt, answer, now);
    if (answer.outcome === null || isRetryable(answer)) return;
    if (claim.answer === null) {
      claim.answer = answer;
      claim.answeredAt = now;
      this.#answered += 1;
    } else if (claim.answer.arrival === null) {
      // Another copy was refused at the gate before; what the ledger says overrules it. The wait was over then.
      claim.answer = answer;
    }
  }

  #retry(copy: Copy, tries: number, answer: Answer): void {
    const backoff = Math.min(backoffMsMax, firstBackoffMs * 2 ** Math.min(tries, 10));
    const waitMs = (answer.retryAfterMs ?? backoff) * (1 + jitterShare * Math.random());
    if (this.#isOver || performance.now() + waitMs > copy.claim.intendedAt + this.#patienceMs) {
      this.#end(copy);
      return;
    }
    this.#record.countRetry(answer.outcome ?? answer.errorCode ?? 'unknown');
    copy.timer = setTimeout(() => {
      this.#timers.delete(copy);
      this.#send(copy, tries + 1);
    }, waitMs);
    this.#timers.set(copy, copy.timer);
  }

  /** Answered for good: the claim's later copies follow. */
  #finish(copy: Copy): void {
    const { claim } = copy;
    if (!this.#isOver && claim.copiesLater > 0) this.press(claim, claim.copiesLater);
    claim.copiesLater = 0;
    this.#end(copy);
  }

  #end(copy: Copy): void {
    copy.isDone = true;
    this.#unfinished -= 1;
    this.#onEnd(copy.claim);
    this.#resolveIfDone();
  }

  #resolveIfDone(): void {
    if (this.#unfinished === 0) this.#onDone?.();
  }
}
