/**
 * The gateway's half of the way through the queue: gathers claims for a few milliseconds, puts one record per drop into the queue, and waits for the outcomes.
 *
 *   gathered ──the record is put──> waiting ──the outcome is told, or found in the ledger──> answered
 *      │                              │  └───── ANSWER_WITHIN passes ──> told `queued` ──the outcome──> answered late: to the user's sockets
 *      │                              └── the queue fails (its breaker opens) ──> asked directly
 *      └── the record cannot be put, or it is in doubt whether it was ──> asked directly
 *
 * Asked directly means: this process's own sequencer asks the ledger, as without a queue. That is safe also for a claim that the queue has got: the ledger
 * decides a request once, and whoever comes second gets that answer.
 *
 *                                        └── nothing waits in the queue any more, and still no outcome ──> asked directly
 *
 * Outcomes are told over the broadcast. Because a broadcast may be missed, claims that have waited for a while are looked up in the ledger: soon when nothing
 * is heard, later otherwise.
 *
 * More claims than `queueMax` waiting here, or more records than `lagMax` waiting in the queue: new claims are turned away before anything grows without bound.
 */
import type { Breaker } from '../fleet/breaker.ts';
import type { OutcomesNews } from '../fleet/news.ts';
import type { ClaimRequest } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { ClaimQueue, QueuedClaims } from './claim-queue.ts';
import type { DirectIntake } from './direct-intake.ts';
import { type Claim, claimKey, type Faulted, type Intake } from './intake.ts';

/** Long enough that a crowd shares a record, short beside what the queue takes. */
const GATHER_MS = 2;
/** A record of a megabyte is the most that a broker takes by default. */
const CLAIMS_PER_RECORD_MAX = 4_000;
const SWEEP_EVERY_MS = 53;
const LOOK_UP_AFTER_MS = { hearing: 900, deaf: 60 } as const;
const LOOK_UPS_MAX = 1_000;
/** The lag is known about a second late. */
const LOST_AFTER_MS = 8_000;

export interface QueuedIntakeParts {
  /** This gateway's name: where outcomes are told. */
  readonly name: string;
  readonly queue: ClaimQueue;
  readonly breaker: Breaker;
  readonly direct: DirectIntake;
  readonly ledger: { answersTo(dropId: string, requests: readonly ClaimRequest[]): Promise<(Outcome | undefined)[]> };
  readonly hearing: () => boolean;
  readonly answerWithinMs: number;
  readonly queueMax: number;
  readonly lagMax: number;
  /** The answer to a claim that was told `queued`. */
  readonly onLate: (claim: Claim, answer: Outcome | Faulted) => void;
}

interface Waiting {
  readonly claim: Claim;
  readonly sinceMs: number;
  /** Empty once `queued` was told. */
  resolvers: ((answer: Outcome | Faulted | 'queued') => void)[];
  /** Somebody was told `queued`, and waits for the outcome; a repeat that joined since does not answer them. */
  toldQueued: boolean;
  lookUpAtMs: number;
  askedDirectly: boolean;
}

export class QueuedIntake implements Intake {
  readonly #parts: QueuedIntakeParts;
  readonly #waiting = new Map<string, Waiting>();
  #gathered: Waiting[] = [];
  #putting = false;
  #sweep: NodeJS.Timeout;
  #sweeping = false;
  #untold = 0;
  #onDrained: (() => void)[] = [];

  constructor(parts: QueuedIntakeParts) {
    this.#parts = parts;
    this.#sweep = setInterval(() => void this.#sweepThrough(), SWEEP_EVERY_MS).unref();
  }

  get depth(): number {
    return this.#waiting.size;
  }

  submit(claim: Claim): Promise<Outcome | Faulted | 'queued'> {
    const key = claimKey(claim);
    const same = this.#waiting.get(key);
    if (same === undefined && this.#isFull()) return Promise.resolve({ fault: 'overloaded' });
    this.#untold += 1;
    return new Promise((resolve) => {
      if (same !== undefined) {
        same.resolvers.push(resolve);
        return;
      }
      const sinceMs = performance.now();
      const waiting: Waiting = {
        claim,
        sinceMs,
        resolvers: [resolve],
        toldQueued: false,
        lookUpAtMs: 0,
        askedDirectly: false,
      };
      this.#waiting.set(key, waiting);
      this.#gathered.push(waiting);
      if (this.#gathered.length === 1 && !this.#putting) setTimeout(() => void this.#put(), GATHER_MS);
    });
  }

  /** Outcomes from a sequencer: of this gateway's claims, or of copies of them that were put by another. */
  hear({ dropId, answers }: OutcomesNews): void {
    for (const [{ userId, requestId }, outcome] of answers) {
      const waiting = this.#waiting.get(claimKey({ dropId, userId, requestId }));
      if (waiting !== undefined) this.#answer(waiting, outcome ?? { fault: 'drop_not_found' });
    }
  }

  drained(): Promise<void> {
    if (this.#untold === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  close(): void {
    clearInterval(this.#sweep);
  }

  #isFull(): boolean {
    const { queue, queueMax, lagMax } = this.#parts;
    return this.#waiting.size >= queueMax || (queue.lag ?? 0) > lagMax;
  }

  /** One put at a time: while the queue takes one, the next gathers. */
  async #put(): Promise<void> {
    this.#putting = true;
    while (this.#gathered.length > 0) {
      const gathered = this.#gathered;
      this.#gathered = [];
      try {
        await this.#parts.breaker.run(() => this.#parts.queue.put(this.#records(gathered)));
      } catch {
        for (const waiting of gathered) void this.#askDirectly(waiting);
      }
    }
    this.#putting = false;
  }

  #records(gathered: readonly Waiting[]): QueuedClaims[] {
    const records: QueuedClaims[] = [];
    for (const [dropId, claims] of Map.groupBy(gathered, ({ claim }) => claim.dropId)) {
      for (let from = 0; from < claims.length; from += CLAIMS_PER_RECORD_MAX) {
        const part = claims.slice(from, from + CLAIMS_PER_RECORD_MAX);
        const requests = part.map(({ claim: { userId, requestId } }) => ({ userId, requestId }));
        records.push({ from: this.#parts.name, dropId, claims: requests });
      }
    }
    return records;
  }

  async #askDirectly(waiting: Waiting): Promise<void> {
    if (waiting.askedDirectly) return;
    waiting.askedDirectly = true;
    const answer = await this.#parts.direct.submit(waiting.claim);
    // Nobody waits for the bad news: the next sweep tries again.
    if ('fault' in answer && answer.fault !== 'drop_not_found' && waiting.resolvers.length === 0)
      waiting.askedDirectly = false;
    // Meanwhile the queue may have answered; the answers are the same.
    else this.#answer(waiting, answer);
  }

  #answer(waiting: Waiting, answer: Outcome | Faulted): void {
    const key = claimKey(waiting.claim);
    // Answered before, by another way. Its repeat may wait by now, and gets its own answer.
    if (this.#waiting.get(key) !== waiting) return;
    this.#waiting.delete(key);
    if (waiting.resolvers.length > 0) this.#tell(waiting, answer);
    if (waiting.toldQueued) this.#parts.onLate(waiting.claim, answer);
  }

  #tell(waiting: Waiting, answer: Outcome | Faulted | 'queued'): void {
    const { resolvers } = waiting;
    waiting.resolvers = [];
    this.#untold -= resolvers.length;
    for (const resolve of resolvers) resolve(answer);
    if (this.#untold === 0) for (const resolve of this.#onDrained.splice(0)) resolve();
  }

  async #sweepThrough(): Promise<void> {
    const nowMs = performance.now();
    const { answerWithinMs, breaker } = this.#parts;
    const queueFails = breaker.state === 'open';
    const queueIsEmpty = this.#parts.queue.lag === 0;
    for (const waiting of this.#waiting.values()) {
      const isLost = queueIsEmpty && nowMs - waiting.sinceMs >= LOST_AFTER_MS;
      if (queueFails || isLost) void this.#askDirectly(waiting);
      if (waiting.resolvers.length > 0 && nowMs - waiting.sinceMs >= answerWithinMs) {
        waiting.toldQueued = true;
        this.#tell(waiting, 'queued');
      }
    }
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      await this.#lookUp(nowMs);
    } catch {
      // The ledger cannot be asked: the claims wait on.
    } finally {
      this.#sweeping = false;
    }
  }

  async #lookUp(nowMs: number): Promise<void> {
    const afterMs = this.#parts.hearing() ? LOOK_UP_AFTER_MS.hearing : LOOK_UP_AFTER_MS.deaf;
    const due: Waiting[] = [];
    for (const waiting of this.#waiting.values()) {
      if (nowMs - waiting.sinceMs < afterMs || waiting.lookUpAtMs > nowMs) continue;
      waiting.lookUpAtMs = nowMs + afterMs;
      if (due.push(waiting) === LOOK_UPS_MAX) break;
    }
    for (const [dropId, waiting] of Map.groupBy(due, ({ claim }) => claim.dropId)) {
      const answers = await this.#parts.ledger.answersTo(
        dropId,
        waiting.map(({ claim }) => claim),
      );
      for (const [place, answer] of answers.entries()) {
        const found = waiting[place];
        if (answer !== undefined && found !== undefined) this.#answer(found, answer);
      }
    }
  }
}
