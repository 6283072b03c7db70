/**
 * The live view of drops: who watches which drop, and what they were last told.
 *
 * Many times a second each watched drop is looked at; if its state or its stock has changed since the last frame, and that was not just now, one frame is made
 * and written to all its watchers. So the first change after a quiet moment is told at once, and in a rush at most five frames a second tell the latest. That
 * also catches what only time changes: the opening and the close. Watchers are served in slices with the event loop in between, so that ten thousand frames
 * never keep a claim waiting.
 */
import { isId } from '../database/id.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import { type Drop, remainingOf, stateOf } from '../drops/drop.ts';
import { CLOSE, type Listener } from './listener.ts';
import { dropMessage, errorMessage } from './messages.ts';
import { Packet } from './packet.ts';

const LOOK_EVERY_MS = 29;
/** At most five frames a second. */
const TELL_EVERY_MS = 200;
const SLICE_LISTENERS = 250;
/** Drops that the catalogue has forgotten, found again at one look: thousands may be watched, and each may have long words. */
const FIND_AGAIN_MAX = 500;
/** Unknown drops that one connection may ask for in its life. */
const UNKNOWN_DROPS_MAX = 200;
/** … and all that come from one address, in a minute: a query each, or part of one, which people who watch what there is never cost. */
const UNKNOWN_DROPS_PER_ADDRESS_MAX = 2_000;
const MINUTE_MS = 60_000;
const ADDRESSES_MAX = 10_000;
const RETRY_AFTER_SECONDS = 2;

interface Topic {
  readonly watchers: Set<Listener>;
  /** What the last frame said, or null before the first, and when. */
  told: string | null;
  toldAtMs: number;
  sending: boolean;
}

export class LiveView {
  readonly #catalogue: Catalogue;
  readonly #nowMs: () => number;
  readonly #topics = new Map<string, Topic>();
  /** For whom drops are being looked up: one look at a time, and after it for what is watched then. */
  readonly #lookingUp = new Set<Listener>();
  /** Unknown drops by address, of this minute. */
  readonly #unknown = new Map<string, number>();
  #minuteEndsAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(catalogue: Catalogue, nowMs: () => number) {
    this.#catalogue = catalogue;
    this.#nowMs = nowMs;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Replaces what the listener watches; tells it at once where each drop stands. */
  watch(listener: Listener, dropIds: readonly string[]): void {
    this.leave(listener);
    const unique = [...new Set(dropIds)];
    listener.watched = unique;
    for (const dropId of unique) {
      const drop = this.#catalogue.known(dropId);
      if (drop !== undefined) this.#join(listener, drop);
    }
    if (unique.some((dropId) => !this.#isWatched(dropId, listener))) void this.#lookUp(listener);
  }

  leave(listener: Listener): void {
    for (const dropId of listener.watched) {
      const topic = this.#topics.get(dropId);
      topic?.watchers.delete(listener);
      if (topic?.watchers.size === 0) this.#topics.delete(dropId);
    }
    listener.watched = [];
  }

  #isWatched(dropId: string, listener: Listener): boolean {
    return this.#topics.get(dropId)?.watchers.has(listener) === true;
  }

  /** Of what it watches, what this process does not know: with one query, and one at a time for a listener, however often it changes its mind. */
  async #lookUp(listener: Listener): Promise<void> {
    if (this.#lookingUp.has(listener)) return;
    this.#lookingUp.add(listener);
    try {
      let watched: readonly string[];
      do {
        watched = listener.watched;
        const missing = watched.filter((dropId) => !this.#isWatched(dropId, listener));
        if (this.#asksForTooMany(listener, missing)) return;
        const drops = await this.#catalogue.loadAll(missing.filter(isId)).catch(() => undefined);
        // It watches something else by now, or is gone.
        if (watched !== listener.watched) continue;
        for (const dropId of missing) this.#answer(listener, dropId, drops);
      } while (watched !== listener.watched);
    } finally {
      this.#lookingUp.delete(listener);
    }
  }

  #answer(listener: Listener, dropId: string, drops: ReadonlyMap<string, Drop> | undefined): void {
    const drop = drops?.get(dropId);
    if (drop !== undefined) this.#join(listener, drop);
    else if (drops === undefined)
      listener.send(errorMessage('ledger_unavailable', { dropId, retryAfterSeconds: RETRY_AFTER_SECONDS }));
    else this.#refuse(listener, dropId);
  }

  /** Nobody needs to look for what is not there often, on one connection or, by always opening another, on many. */
  #refuse(listener: Listener, dropId: string): void {
    this.#unknown.set(listener.address, (this.#unknown.get(listener.address) ?? 0) + 1);
    listener.send(errorMessage('drop_not_found', { dropId }));
    listener.unknownDrops += 1;
    if (listener.unknownDrops > UNKNOWN_DROPS_MAX) listener.close(CLOSE.flood, 'too many unknown drops');
  }

  #asksForTooMany(listener: Listener, missing: readonly string[]): boolean {
    const nowMs = performance.now();
    if (nowMs >= this.#minuteEndsAtMs || this.#unknown.size > ADDRESSES_MAX) {
      this.#unknown.clear();
      this.#minuteEndsAtMs = nowMs + MINUTE_MS;
    }
    if (missing.length === 0 || (this.#unknown.get(listener.address) ?? 0) < UNKNOWN_DROPS_PER_ADDRESS_MAX)
      return false;
    listener.close(CLOSE.flood, 'too many unknown drops from this address');
    return true;
  }

  #join(listener: Listener, drop: Drop): void {
    let topic = this.#topics.get(drop.id);
    if (topic === undefined) {
      topic = { watchers: new Set(), told: null, toldAtMs: 0, sending: false };
      this.#topics.set(drop.id, topic);
    }
    topic.watchers.add(listener);
    const nowMs = this.#nowMs();
    topic.told ??= digest(drop, nowMs);
    listener.send(dropMessage(drop, nowMs));
  }

  /** The drops that somebody watches, with their watchers. */
  *watched(): Generator<readonly [string, ReadonlySet<Listener>]> {
    for (const [dropId, { watchers }] of this.#topics) yield [dropId, watchers];
  }

  #look(): void {
    const nowMs = this.#nowMs();
    const monotonicMs = performance.now();
    const forgotten = new Map<string, Topic>();
    for (const [dropId, topic] of this.#topics) {
      if (topic.sending || monotonicMs - topic.toldAtMs < TELL_EVERY_MS) continue;
      const drop = this.#catalogue.known(dropId);
      if (drop === undefined) {
        if (forgotten.size < FIND_AGAIN_MAX) forgotten.set(dropId, topic);
        continue;
      }
      const news = digest(drop, nowMs);
      if (news === topic.told) continue;
      topic.told = news;
      topic.toldAtMs = monotonicMs;
      this.#tell(topic, new Packet(dropMessage(drop, nowMs)));
    }
    if (forgotten.size > 0) void this.#findAgain(forgotten, monotonicMs);
  }

  /** The catalogue has forgotten them: for want of room, or because they were deleted. Then their watchers are told as those who ask for what there is not. */
  async #findAgain(forgotten: ReadonlyMap<string, Topic>, monotonicMs: number): Promise<void> {
    for (const topic of forgotten.values()) {
      topic.sending = true;
      topic.toldAtMs = monotonicMs;
    }
    const found = await this.#catalogue.loadAll([...forgotten.keys()]).catch(() => undefined);
    for (const [dropId, topic] of forgotten) {
      topic.sending = false;
      // Nobody knows, it is there, or nobody watches it any more.
      if (found === undefined || found.has(dropId) || this.#topics.get(dropId) !== topic) continue;
      this.#topics.delete(dropId);
      this.#tell(topic, new Packet(errorMessage('drop_not_found', { dropId })));
    }
  }

  /** One frame to all, a slice per turn of the event loop. The next frame waits until this one is out. */
  #tell(topic: Topic, packet: Packet): void {
    const watchers = [...topic.watchers];
    topic.sending = true;
    const slice = (from: number): void => {
      for (const listener of watchers.slice(from, from + SLICE_LISTENERS)) listener.sendPacket(packet);
      if (from + SLICE_LISTENERS < watchers.length) setImmediate(slice, from + SLICE_LISTENERS);
      else topic.sending = false;
    };
    slice(0);
  }
}

/** All that a watcher sees. */
function digest(drop: Drop, nowMs: number): string {
  return `${stateOf(drop, nowMs)} ${remainingOf(drop)} ${drop.waitingLine ? drop.waiting : ''} ${drop.stock} ${drop.opensAtMs} ${drop.closesAtMs} ${drop.version}`;
}
