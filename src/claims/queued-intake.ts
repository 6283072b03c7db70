/**
 * The gateway's half of the way through the queue: gathers claims for a few milliseconds, puts one record per drop into the queue, and waits for the outcomes.
 *
 *   gathered ──the record is put──> queued ──the outcome is told, or found in the ledger──> answered
 *      │                              │  └──── `answerWithinMs` passes ──> told `queued` ──the outcome──> answered late: to the user's sockets
 *      │                              ├── the queue fails (its breaker opens) ──> asked directly, too
 *      │                              └── it has waited for long, or nothing waits in the queue any more ──> asked directly, too
 *      │
 *      ├── the queue fails, or takes too long, or it is in doubt whether it took the record ──> asked directly ──> answered
 *      │                                                                                              └── `answerWithinMs` passes ──> told to ask again
 *      └── the breaker is not closed ──> asked directly; meanwhile a probe finds out whether the queue is back
 *
 * Asked directly means: this process's own sequencer asks the ledger, as without a queue. That is safe also for a claim that the queue has got: the ledger
 * decides a request once, and whoever comes second gets that answer. `queued` is told only of what the queue holds for good.
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

/** Claims come together already, from the lock; this catches those of several calls. */
const GATHER_MS = 2;
/** A record of a megabyte is the most that a broker takes by default. */
const CLAIMS_PER_RECORD_MAX = 4_000;
const SWEEP_EVERY_MS = 53;
const LOOK_UP_AFTER_MS = { hearing: 900, deaf: 60 } as const;
const LOOK_UPS_MAX = 1_000;
/** A claim that the queue has not got by then goes both ways. */
const PUT_PATIENCE_MS = 700;
/** The lag is known about a second late. */
const LOST_AFTER_MS = 8_000;
/** Then nobody drains the queue, or too slowly: this gateway does it for its own. */
const ASK_DIRECTLY_AFTER_MS = 30_000;
const PROBE_EVERY_MS = 300;
const SENT_AWAY_MAX = 50_000;

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
  /** PUT_PATIENCE_MS by default; tests in which nothing but the queue is asked have more of it. */
  readonly putPatienceMs?: number;
}

interface Waiting {
  readonly claim: Claim;
  readonly sinceMs: number;
  /** Those who wait for the answer now. */
  resolvers: ((answer: Outcome | Faulted | 'queued') => void)[];
  /** Whether a put was tried: then the queue may hold it. */
  wasPut: boolean;
  /** Whether the queue holds it for good. */
  isQueued: boolean;
  /** Whether somebody was sent away without an answer, and expects it on their sockets. */
  isExpected: boolean;
  isAsked: boolean;
  askAgainAtMs: number;
  lookUpAtMs: number;
}

export class QueuedIntake implements Intake {
  readonly #parts: QueuedIntakeParts;
  readonly #waiting = new Map<string, Waiting>();
  /** Told to ask again although the queue may have them: they may never do so, and hear of it when it comes. */
  readonly #sentAway = new Set<string>();
  #gathered: Waiting[] = [];
  #putting = false;
  #probeAtMs = 0;
  readonly #sweep: NodeJS.Timeout;
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
      if (same === undefined) this.#take(key, claim, resolve);
      else same.resolvers.push(resolve);
    });
  }

  /** Outcomes from a sequencer: of this gateway's claims. */
  hear({ dropId, answers }: OutcomesNews): void {
    for (const [{ userId, requestId }, outcome] of answers) {
      const claim = { dropId, userId, requestId };
      const waiting = this.#waiting.get(claimKey(claim));
      if (waiting !== undefined) this.#answer(waiting, outcome ?? { fault: 'drop_not_found' });
      else if (outcome !== null && this.#sentAway.delete(claimKey(claim))) this.#parts.onLate(claim, outcome);
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

  #take(key: string, claim: Claim, resolve: (answer: Outcome | Faulted | 'queued') => void): void {
    const untouched = { wasPut: false, isQueued: false, isExpected: false, isAsked: false };
    const sinceMs = performance.now();
    const waiting: Waiting = { claim, sinceMs, resolvers: [resolve], ...untouched, askAgainAtMs: 0, lookUpAtMs: 0 };
    this.#waiting.set(key, waiting);
    if (this.#parts.breaker.state !== 'closed') {
      void this.#askDirectly(waiting);
      void this.#probe();
      return;
    }
    this.#gathered.push(waiting);
    if (this.#gathered.length === 1 && !this.#putting) setTimeout(() => void this.#put(), GATHER_MS);
  }

  /** One put at a time: while the queue takes one, the next gathers. */
  async #put(): Promise<void> {
    this.#putting = true;
    while (this.#gathered.length > 0) {
      const gathered = this.#gathered;
      this.#gathered = [];
      try {
        if (this.#parts.breaker.state !== 'closed') throw new Error('the queue is away');
        for (const waiting of gathered) waiting.wasPut = true;
        await this.#parts.breaker.run(() => this.#parts.queue.put(this.#records(gathered)));
        for (const waiting of gathered) waiting.isQueued = true;
      } catch {
        for (const waiting of gathered) void this.#askDirectly(waiting);
      }
    }
    this.#putting = false;
  }

  /** Nobody's claim finds out whether the queue is back. */
  async #probe(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs < this.#probeAtMs) return;
    this.#probeAtMs = nowMs + PROBE_EVERY_MS;
    await this.#parts.breaker.run(() => this.#parts.queue.probe()).catch(() => {});
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
    if (waiting.isAsked) return;
    waiting.isAsked = true;
    const answer = await this.#parts.direct.submit(waiting.claim);
    waiting.isAsked = false;
    waiting.askAgainAtMs = performance.now() + ASK_DIRECTLY_AFTER_MS;
    if ('fault' in answer && answer.fault !== 'drop_not_found') this.#fault(waiting, answer);
    else this.#answer(waiting, answer);
  }

  #answer(waiting: Waiting, answer: Outcome | Faulted): void {
    if (!this.#forget(waiting)) return;
    this.#sentAway.delete(claimKey(waiting.claim));
    this.#tell(waiting, answer);
    if (waiting.isExpected) this.#parts.onLate(waiting.claim, answer);
  }

  /** The direct way has no answer. Those who wait are told so; what the queue holds is answered all the same, later. */
  #fault(waiting: Waiting, { fault }: Faulted): void {
    if (!waiting.isQueued) {
      if (!this.#forget(waiting)) return;
      if (waiting.wasPut && this.#sentAway.size < SENT_AWAY_MAX) this.#sentAway.add(claimKey(waiting.claim));
    }
    waiting.isExpected ||= waiting.isQueued && waiting.resolvers.length > 0;
    this.#tell(waiting, { fault: waiting.wasPut ? 'ledger_unavailable' : fault });
  }

  /** False when it was answered before, by another way: its repeat may wait by now, and gets an answer of its own. */
  #forget(waiting: Waiting): boolean {
    const key = claimKey(waiting.claim);
    const isWaiting = this.#waiting.get(key) === waiting;
    if (isWaiting) this.#waiting.delete(key);
    return isWaiting;
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
    const queueFails = this.#parts.breaker.state !== 'closed';
    const queueIsEmpty = this.#parts.queue.lag === 0;
    for (const waiting of this.#waiting.values()) {
      const ageMs = nowMs - waiting.sinceMs;
      const isSlow = !waiting.isQueued && ageMs >= (this.#parts.putPatienceMs ?? PUT_PATIENCE_MS);
      const isLost = ageMs >= (queueIsEmpty ? LOST_AFTER_MS : ASK_DIRECTLY_AFTER_MS) && waiting.askAgainAtMs <= nowMs;
      if (queueFails || isSlow || isLost) void this.#askDirectly(waiting);
      if (waiting.resolvers.length > 0 && ageMs >= this.#parts.answerWithinMs) this.#tellToWait(waiting);
    }
    if (queueFails) void this.#probe();
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

  /** Either way its owner hears of it on their sockets, should it be answered; only what the queue holds is promised to be. */
  #tellToWait(waiting: Waiting): void {
    waiting.isExpected = true;
    this.#tell(waiting, waiting.isQueued ? 'queued' : { fault: 'ledger_unavailable' });
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
