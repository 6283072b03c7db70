/**
 * What this gateway knows of everybody's messages: always all up to one number, its position. It hears them as news when they are written, and reads what it has
 * missed: when the next news does not follow on the last, when it can hear again, and, in case the last news of all was missed, from time to time.
 *
 * A database that has lost its last commits (a failover to a replica that was behind, a restored backup) would give their numbers out again, and whoever has seen those would
 * take what is new for old, now or when their laptop wakes up. So this is looked for, too: who notices lets the numbers go on far beyond all that were given out, and declares
 * what was before forgotten. By that the others notice it, and everybody begins anew.
 */
import type { Queryable } from '../database/database.ts';
import type { MessagesNews } from '../fleet/news.ts';
import { Batcher, Overloaded } from '../ledger/batcher.ts';
import { headOf, messagesAfter, type Numbered, type Replay, type ReplayRequest, replays, skipTo } from './inbox.ts';

const READ_MAX = 1_000;
const LOOK_EVERY_MS = 241;
const POLL_EVERY_MS = { hearing: 997, deaf: LOOK_EVERY_MS } as const;
/** Of one query. */
const REPLAYS_MAX = 100;
const REPLAYS_WAITING_MAX = 50_000;
const REPLAYS_WAITING_PER_ACCOUNT_MAX = 20;
/** More than any other gateway can have heard beyond this one's position. */
const SKIPPED_WHEN_LOST = 100_000;

export interface InboxReaderParts {
  readonly database: Queryable;
  /** Whether the news of other processes are heard; `alone`: there are none. */
  readonly hearing: () => 'alone' | boolean;
  /** Called with each message once, in order. */
  readonly deliver: (message: Numbered) => void;
  /** The database has lost messages that were delivered: all cursors below `position` are void. */
  readonly onLost: () => void;
}

export class InboxReader {
  readonly #parts: InboxReaderParts;
  readonly #replays: Batcher<ReplayRequest, Replay>;
  readonly #replaysWaiting = new Map<string, number>();
  #position = 0;
  #looking = false;
  #lookAgain = false;
  #looks: NodeJS.Timeout | undefined;
  #pollAtMs = 0;

  constructor(parts: InboxReaderParts) {
    this.#parts = parts;
    this.#replays = new Batcher({
      ...{ batchMax: REPLAYS_MAX, queueMax: REPLAYS_WAITING_MAX },
      // One of an account at a time: those of the others come first.
      keyOf: ({ userId }) => userId,
      decide: (requests) => this.#readReplays(requests),
    });
  }

  /** All messages up to this number have been delivered. */
  get position(): number {
    return this.#position;
  }

  /** From now on. Older messages are for those who ask for them. */
  async open(): Promise<void> {
    this.#position = await headOf(this.#parts.database);
  }

  start(): void {
    this.#looks = setInterval(() => this.#poll(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#looks);
  }

  hear({ messages }: MessagesNews): void {
    const first = messages[0]?.[0] ?? 0;
    if (first > this.#position + 1) void this.look();
    else for (const message of messages) this.#deliver(message);
  }

  /** What this person's client has missed. Rejects when the database is away, and when too many wait. */
  async replay(request: ReplayRequest): Promise<Replay> {
    const { cursor } = request;
    // The usual return after a short break: nothing was written for anybody meanwhile.
    if (cursor === this.#position) return { complete: true, messages: [], head: cursor };
    const { userId } = request;
    const waiting = this.#replaysWaiting.get(userId) ?? 0;
    if (waiting >= REPLAYS_WAITING_PER_ACCOUNT_MAX) throw new Overloaded('too many of this account wait');
    this.#replaysWaiting.set(userId, waiting + 1);
    try {
      return await this.#replays.submit(request);
    } finally {
      const others = (this.#replaysWaiting.get(userId) ?? 1) - 1;
      if (others === 0) this.#replaysWaiting.delete(userId);
      else this.#replaysWaiting.set(userId, others);
    }
  }

  /** Those that nobody waits for any more cost nothing. */
  async #readReplays(requests: readonly ReplayRequest[]): Promise<Replay[]> {
    const wanted = requests.filter(({ isWanted }) => isWanted?.() !== false);
    const found = wanted.length === 0 ? [] : await replays(this.#parts.database, wanted);
    const byRequest = new Map(wanted.map((request, place) => [request, found[place]]));
    const skipped: Replay = { complete: false, messages: [], head: this.#position };
    return requests.map((request) => byRequest.get(request) ?? skipped);
  }

  /** Reads on to the end; one reading at a time, and once more if there was news meanwhile. */
  async look(): Promise<void> {
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        await this.#readOn();
      }
    } catch {
      // The database is away: nothing is written meanwhile, and the next look reads.
    } finally {
      this.#looking = false;
    }
  }

  async #readOn(): Promise<void> {
    const { database } = this.#parts;
    // What was delivered before the question stands in any answer.
    const before = this.#position;
    const { head, forgotten, messages } = await messagesAfter(database, before, READ_MAX);
    if (head < before) this.#beginAnew(await skipTo(database, before + SKIPPED_WHEN_LOST));
    else if (forgotten > before) this.#beginAnew(head);
    else {
      for (const message of messages) this.#deliver(message);
      if (messages.length === READ_MAX) this.#lookAgain = true;
    }
  }

  #beginAnew(position: number): void {
    this.#position = position;
    this.#parts.onLost();
  }

  #deliver(message: Numbered): void {
    if (message[0] <= this.#position) return;
    this.#position = message[0];
    this.#parts.deliver(message);
  }

  #poll(): void {
    const hearing = this.#parts.hearing();
    const nowMs = performance.now();
    if (hearing === 'alone' || nowMs < this.#pollAtMs) return;
    this.#pollAtMs = nowMs + (hearing ? POLL_EVERY_MS.hearing : POLL_EVERY_MS.deaf);
    void this.look();
  }
}
