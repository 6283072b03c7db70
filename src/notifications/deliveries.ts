/**
 * Sends deliveries: one job per channel, on all workers at the same time.
 *
 *   pending ──taken: under way for a minute──> sent
 *      ▲                 │    └──refused for good, tried often enough, what it says is not so any more, or its hearer has switched the channel off──> failed
 *      └─────────────────┴──tried in vain, or cut off by this worker's stop: after a wait; not begun, because the channel is away or this worker stops: at once; worker died: after that minute
 *
 * Whoever dies between a sending and its record sends again, with the same id: at least once, and no way around it, because the other side and our database do not commit
 * together. Two workers never send the same delivery at the same time: who takes it moves its hour.
 *
 * A round keeps a channel's connections full: while letters are being sent, the next deliveries are taken, and the ends of the last are recorded, many in a statement.
 *
 * When the channel was away, one letter finds out whether it is back, and the round ends with it. What has expired meanwhile finds out nothing: then the next are taken, twice as many each
 * time, until there is a letter among them; those behind it are given back.
 */
import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import type { Database } from '../database/database.ts';
import type { SharedJob } from '../worker/jobs.ts';
import { type Carried, type Carrier, SEND_WITHIN_MS, UNBEGUN } from './carrier.ts';
import type { Channel, Letter } from './channel.ts';
import type { NotificationFigures } from './figures.ts';
import { type Links, letterOf } from './letters.ts';
import { type Attempt, LOST_AFTER_MS, recordAttempts, type TakenDelivery, takeDeliveries } from './outbox.ts';

/** Co-prime, so that the channels' rounds don't begin together. */
const EVERY_MS: Readonly<Record<Channel['name'], number>> = { email: 107, slack: 211, discord: 223 };
/** Letters on their way at the same time. */
const AT_ONCE: Readonly<Record<Channel['name'], number>> = { email: 10, slack: 20, discord: 20 };
const TAKE_MAX = 200;
const RECORD_EVERY_MS = 50;
/** A round that still has work ends after so long all the same. */
const ROUND_MS = 10_000;
/** What was taken and not begun by then is given back, or it would be taken for lost while it is being sent. */
const RECORD_WITHIN_MS = 15_000;
const BEGIN_WITHIN_MS = LOST_AFTER_MS - SEND_WITHIN_MS - RECORD_WITHIN_MS;
/** A moment of the database's is no reason to send again what has arrived. Three seconds at most, well within RECORD_WITHIN_MS; recording twice does no harm. */
const RECORDING = retry(handleAll, {
  maxAttempts: 3,
  backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1_000 }),
});

/** Letters that are under way when the worker stops have so long. */
const CUT_OFF_AFTER_MS = 3_000;

const WORDS = { sent: 'sent', failed: 'failed', pending: 'retried' } as const;

export interface DeliveriesParts {
  readonly database: Database;
  readonly carriers: readonly Carrier[];
  readonly links: Links;
  readonly figures: Pick<NotificationFigures, 'delivered'>;
  /** For tests. */
  readonly cutOffAfterMs?: number;
}

/** One per channel. A round that hears of a stop begins nothing more, and ends with what is on its way: after CUT_OFF_AFTER_MS at the latest. */
export function deliveryJobs(parts: DeliveriesParts): SharedJob[] {
  return parts.carriers.map((carrier) => ({
    name: `deliveries-${carrier.name}`,
    everyMs: EVERY_MS[carrier.name],
    shared: true,
    async run(stopping) {
      if (stopping?.aborted || carrier.away) return;
      const cutOff = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const onStop = (): void => {
        timer = setTimeout(() => cutOff.abort(), parts.cutOffAfterMs ?? CUT_OFF_AFTER_MS);
      };
      stopping?.addEventListener('abort', onStop);
      try {
        await new Round(parts, carrier, { stopping, cutOff: cutOff.signal }).run();
      } finally {
        stopping?.removeEventListener('abort', onStop);
        clearTimeout(timer);
      }
    },
  }));
}

interface Ends {
  /** Nothing more is to be begun. */
  readonly stopping: AbortSignal | undefined;
  /** What is under way is given up. */
  readonly cutOff: AbortSignal;
}

interface Waiting {
  readonly delivery: TakenDelivery;
  readonly takenAtMs: number;
}

class Round {
  readonly #parts: DeliveriesParts;
  readonly #carrier: Carrier;
  readonly #ends: Ends;
  readonly #endAtMs = performance.now() + ROUND_MS;
  readonly #isProbe: boolean;
  #hasProbed = false;
  #portion: number;
  #waiting: Waiting[] = [];
  #ended: Attempt[] = [];
  /** Nothing more was due, or nothing more is to be begun. */
  #isLast = false;
  #taking: Promise<void> | undefined;
  #recording: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: DeliveriesParts, carrier: Carrier, ends: Ends) {
    this.#parts = parts;
    this.#carrier = carrier;
    this.#ends = ends;
    this.#isProbe = !carrier.working;
    this.#portion = this.#isProbe ? 1 : TAKE_MAX;
  }

  async run(): Promise<void> {
    await this.#take();
    if (this.#waiting.length > 0) {
      const recorder = setInterval(() => this.#record(), RECORD_EVERY_MS);
      await Promise.all(Array.from({ length: this.#isProbe ? 1 : AT_ONCE[this.#carrier.name] }, () => this.#work()));
      clearInterval(recorder);
      await this.#taking;
      for (const { delivery } of this.#waiting) this.#end(delivery, UNBEGUN);
      this.#record();
      await this.#recording;
    }
    if (this.#failure) throw this.#failure.error;
  }

  /** One place in the channel's pipe. Never throws: the others go on. */
  async #work(): Promise<void> {
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      const { delivery, takenAtMs } = next;
      const isLate = performance.now() - takenAtMs > BEGIN_WITHIN_MS;
      const carried = isLate ? UNBEGUN : await this.#send(delivery);
      if (carried === UNBEGUN && !isLate) this.#isLast = true;
      this.#end(delivery, carried);
    }
  }

  async #send(delivery: TakenDelivery): Promise<Carried> {
    let letter: Letter | string;
    try {
      letter = letterOf(delivery, this.#carrier.name, this.#parts.links);
    } catch {
      // While versions change, another worker may have the words for it.
      return this.#carrier.inVain(new Error('its text cannot be written'), delivery.attempts);
    }
    if (typeof letter === 'string') return { word: 'failed', waitMs: null, failure: letter };
    this.#hasProbed = true;
    return this.#carrier.carry(letter, delivery.attempts, this.#ends.cutOff);
  }

  /** Undefined at the round's end. */
  async #next(): Promise<Waiting | undefined> {
    for (;;) {
      if (this.#isOver) {
        this.#isLast = true;
        return undefined;
      }
      if (this.#wantsMore) this.#takeMore();
      const next = this.#waiting.shift();
      if (next !== undefined) return next;
      if (this.#taking === undefined) return undefined;
      await this.#taking;
    }
  }

  /** Nothing more is begun. */
  get #isOver(): boolean {
    const { stopping } = this.#ends;
    if (stopping?.aborted || this.#carrier.away || this.#failure) return true;
    return (this.#isProbe && this.#hasProbed) || performance.now() > this.#endAtMs;
  }

  get #wantsMore(): boolean {
    if (this.#isLast) return false;
    return this.#isProbe ? this.#waiting.length === 0 : this.#carrier.working && this.#waiting.length <= TAKE_MAX / 2;
  }

  #takeMore(): void {
    this.#taking ??= this.#take()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#taking = undefined;
      });
  }

  async #take(): Promise<void> {
    const takenAtMs = performance.now();
    const portion = this.#portion;
    this.#portion = Math.min(TAKE_MAX, portion * 2);
    const taken = await takeDeliveries(this.#parts.database, this.#carrier.name, portion);
    if (taken.length < portion) this.#isLast = true;
    this.#waiting.push(...taken.map((delivery) => ({ delivery, takenAtMs })));
  }

  #end(delivery: TakenDelivery, carried: Carried): void {
    this.#ended.push({ delivery, ...carried });
    if (carried.word !== 'unbegun') this.#parts.figures.delivered(this.#carrier.name, WORDS[carried.word]);
  }

  /** One statement after the other. What cannot be recorded is taken for lost, and sent again. */
  #record(): void {
    const ended = this.#ended;
    if (ended.length === 0) return;
    this.#ended = [];
    this.#recording = this.#recording
      .then(() => RECORDING.execute(() => recordAttempts(this.#parts.database, ended)))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      });
  }
}
