/**
 * A channel as the deliveries reach it: behind a breaker of its own, with a time limit, and with a word for what became of each letter. While it is away nobody is tried,
 * and nothing is counted; now and then one letter finds out whether it is back.
 */
import { TimeoutStrategy, timeout } from 'cockatiel';
import { Breaker, type BreakerOptions, BrokenCircuitError } from '../fleet/breaker.ts';
import { type Channel, type Letter, Postponed, Undeliverable } from './channel.ts';
import { ATTEMPTS_MAX, postponedMs, waitMs } from './retries.ts';

const BREAKER = { failuresMax: 5, probeAfterMs: 5_000 } as const;
/** Longer than channels' own time limits, which say better what was waited for. */
export const SEND_WITHIN_MS = 35_000;
const REASON_LENGTH_MAX = 300;

/** What became of a letter. */
export type Carried =
  | { readonly word: 'sent'; readonly waitMs: null; readonly failure: null }
  | { readonly word: 'failed'; readonly waitMs: null; readonly failure: string }
  | { readonly word: 'pending'; readonly waitMs: number; readonly failure: string }
  /** The channel is away: nobody tried. */
  | { readonly word: 'unbegun'; readonly waitMs: null; readonly failure: null };

export const SENT: Carried = { word: 'sent', waitMs: null, failure: null };
export const UNBEGUN: Carried = { word: 'unbegun', waitMs: null, failure: null };

export interface CarrierOptions {
  readonly channel: Channel;
  readonly onBreakerChange: BreakerOptions['onChange'];
  readonly probeAfterMs?: number;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

export class Carrier {
  readonly name: Channel['name'];
  readonly #channel: Channel;
  readonly #breaker: Breaker;
  readonly #probeAfterMs: number;
  readonly #random: () => number;
  #openedAtMs = 0;

  constructor({ channel, onBreakerChange, probeAfterMs = BREAKER.probeAfterMs, random = Math.random }: CarrierOptions) {
    this.name = channel.name;
    this.#channel = channel;
    this.#probeAfterMs = probeAfterMs;
    this.#random = random;
    this.#breaker = new Breaker({
      ...{ name: `notifications-${channel.name}`, failuresMax: BREAKER.failuresMax, probeAfterMs },
      isRefusal: (error) => error instanceof Undeliverable || error instanceof Postponed,
      onChange: (name, state) => {
        if (state === 'open') this.#openedAtMs = performance.now();
        onBreakerChange(name, state);
      },
    });
  }

  /** Whether it has been found away, and it is not the hour to try again. */
  get away(): boolean {
    return this.#breaker.state === 'open' && performance.now() - this.#openedAtMs < this.#probeAfterMs;
  }

  /** Whether it works, for all that is known: otherwise one letter is enough to find out. */
  get working(): boolean {
    return this.#breaker.state === 'closed';
  }

  /** `attempts`: this one included. A letter that `cutOff` gives up was tried in vain. Never throws. */
  async carry(letter: Letter, attempts: number, cutOff: AbortSignal): Promise<Carried> {
    const patience = timeout(SEND_WITHIN_MS, TimeoutStrategy.Aggressive);
    try {
      await this.#breaker.run(() => patience.execute(({ signal }) => this.#channel.send(letter, signal), cutOff));
      return SENT;
    } catch (error) {
      if (cutOff.aborted) return this.inVain(new Error('the server has stopped before it was answered'), attempts);
      return error instanceof BrokenCircuitError ? UNBEGUN : this.inVain(error, attempts);
    }
  }

  /** What becomes of a letter after this error. */
  inVain(error: unknown, attempts: number): Carried {
    const failure = reasonOf(error);
    if (error instanceof Undeliverable || attempts >= ATTEMPTS_MAX) return { word: 'failed', waitMs: null, failure };
    const wait = error instanceof Postponed ? postponedMs(error.afterMs) : waitMs(attempts, this.#random());
    return { word: 'pending', waitMs: wait, failure };
  }
}

function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  // PostgreSQL takes no such character.
  return reason.replaceAll('\0', '').toWellFormed().slice(0, REASON_LENGTH_MAX);
}
