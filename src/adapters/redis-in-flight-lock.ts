/**
 * The in-flight lock of a fleet, in Redis. What is asked within some milliseconds goes there in one call, and the calls follow each other
 * without waiting; answers are given in the order of asking.
 *
 *   closed     asked for in Redis. A call that fails or is late lets its claims pass: work may be done twice then, and nothing is decided wrongly
 *     │  several failures one after the other
 *     ▼
 *   open       all pass at once, those too whose answers are still out; nothing is taken and nothing given back
 *     │  now and then an empty call asks whether Redis works again; no claim waits for it
 *     ▼
 *   closed     …
 *
 * Nothing is remembered here about who holds what: a lock carries its request's id and this process's, and that is enough to give it back. What could not
 * be given back runs out.
 */
import { randomBytes } from 'node:crypto';
import type { InFlightLock } from '../claims/in-flight-lock.ts';
import type { Breaker } from '../fleet/breaker.ts';
import type { RedisConnection } from './redis-connection.ts';
import { RedisLibrary } from './redis-library.ts';

/** Longer than any claim takes to be answered; shorter than the patience of a user whose gateway died. */
export const LOCK_SECONDS = 15;

/** For the breaker that stands before the lock. */
export const LOCK_BREAKER = { failuresMax: 3, probeAfterMs: 1_000 } as const;

/** A call for one claim costs ten times what a claim costs in a call for sixteen; nobody notices some milliseconds. */
const GATHER_MS = 4;
/** What is given back goes with the next call; nobody waits for it but the same user with another press. */
const GIVE_BACK_WITHIN_MS = 20;
const CROWD_STEPS = 128;
/** Redis does nothing else during a call: this many take about 3 ms. */
const STEPS_PER_CALL_MAX = 2_000;
/** An open breaker refuses with an error, which is too dear for every claim. */
const PROBE_PAUSE_MS = 50;
const FUNCTION = 'in_flight_lock_1';
const REFUSED = 'r';

interface Step {
  readonly letter: 't' | 'g';
  readonly key: string;
  readonly value: string;
  readonly resolve?: (granted: boolean) => void;
}

interface Call {
  readonly steps: readonly Step[];
  /** One letter per step; all pass where it is empty. Undefined while the call is out. */
  letters: string | undefined;
}

export interface RedisInFlightLockParts {
  readonly connection: RedisConnection;
  /** Of its own: it is not shared with other parts that use Redis. */
  readonly breaker: Breaker;
  readonly lockSeconds?: number;
}

export class RedisInFlightLock implements InFlightLock {
  readonly #connection: RedisConnection;
  readonly #breaker: Breaker;
  readonly #lastMs: string;
  readonly #library = new RedisLibrary(new URL('redis-in-flight-lock.lua', import.meta.url));
  readonly #holder = randomBytes(9).toString('base64url');
  #gathered: Step[] = [];
  #sending: NodeJS.Timeout | undefined;
  #sendingWithinMs = 0;
  #calls: Call[] = [];
  #probeAtMs = 0;

  constructor({ connection, breaker, lockSeconds = LOCK_SECONDS }: RedisInFlightLockParts) {
    this.#connection = connection;
    this.#breaker = breaker;
    this.#lastMs = String(Math.round(lockSeconds * 1000));
  }

  acquire(dropId: string, userId: string, requestId: string): true | Promise<boolean> {
    if (this.#breaker.state !== 'closed') {
      this.#letAllPass();
      this.#probe();
      return true;
    }
    return new Promise((resolve) => {
      this.#gather({ letter: 't', key: this.#keyOf(dropId, userId), value: this.#valueOf(requestId), resolve });
    });
  }

  release(dropId: string, userId: string, requestId: string): void {
    if (this.#breaker.state !== 'closed') return;
    this.#gather({ letter: 'g', key: this.#keyOf(dropId, userId), value: this.#valueOf(requestId) });
  }

  async holds(dropId: string, userId: string): Promise<string | undefined> {
    // Behind all that was asked before.
    this.#send();
    try {
      const value = await this.#connection.run((commands) => commands.get(this.#keyOf(dropId, userId)));
      return value?.split(' ')[0];
    } catch {
      return undefined;
    }
  }

  #gather(step: Step): void {
    const count = this.#gathered.push(step);
    const withinMs = step.letter === 't' ? GATHER_MS : GIVE_BACK_WITHIN_MS;
    if (count === 1 || withinMs < this.#sendingWithinMs) this.#sendWithin(withinMs);
    // A crowd need not wait for more of it.
    if (count === CROWD_STEPS) setImmediate(() => this.#send());
  }

  #sendWithin(withinMs: number): void {
    clearTimeout(this.#sending);
    this.#sendingWithinMs = withinMs;
    this.#sending = setTimeout(() => this.#send(), withinMs);
  }

  #send(): void {
    const steps = this.#gathered;
    clearTimeout(this.#sending);
    this.#gathered = [];
    for (let first = 0; first < steps.length; first += STEPS_PER_CALL_MAX) {
      void this.#call(steps.slice(first, first + STEPS_PER_CALL_MAX));
    }
  }

  async #call(steps: readonly Step[]): Promise<void> {
    const call: Call = { steps, letters: undefined };
    this.#calls.push(call);
    try {
      const letters = await this.#breaker.run(() => this.#ask(steps));
      call.letters ??= letters;
    } catch {
      call.letters ??= '';
      if (this.#breaker.state !== 'closed') this.#letAllPass();
    }
    this.#answer();
  }

  #ask(steps: readonly Step[]): Promise<string> {
    const keys = steps.map(({ key }) => key);
    const letters = steps.map(({ letter }) => letter).join('');
    const parameters = [this.#lastMs, letters, ...steps.map(({ value }) => value)];
    return this.#connection.run(async (commands) =>
      String(await this.#library.call(commands, FUNCTION, keys, parameters)),
    );
  }

  #answer(): void {
    let answered = 0;
    for (const { steps, letters } of this.#calls) {
      if (letters === undefined) break;
      for (const [place, { resolve }] of steps.entries()) resolve?.(letters[place] !== REFUSED);
      answered += 1;
    }
    if (answered > 0) this.#calls = this.#calls.slice(answered);
  }

  #letAllPass(): void {
    if (this.#calls.length === 0 && this.#gathered.length === 0) return;
    for (const call of this.#calls) call.letters ??= '';
    this.#calls.push({ steps: this.#gathered, letters: '' });
    this.#gathered = [];
    this.#answer();
  }

  #probe(): void {
    const nowMs = performance.now();
    if (nowMs < this.#probeAtMs || this.#breaker.state === 'half_open') return;
    this.#probeAtMs = nowMs + PROBE_PAUSE_MS;
    this.#breaker.run(() => this.#ask([])).catch(() => {});
  }

  #keyOf(dropId: string, userId: string): string {
    return `${this.#connection.prefix}lock:${dropId}:${userId}`;
  }

  #valueOf(requestId: string): string {
    return `${requestId} ${this.#holder}`;
  }
}
