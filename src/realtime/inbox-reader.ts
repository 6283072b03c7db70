/**
 * What this gateway knows of everybody's messages: always all up to one number, its position. It hears them as news when they are written, and reads what it has
 * missed: when the next news does not follow on the last, when it can hear again, and, in case the last news of all was missed, from time to time.
 */
import type { Queryable } from '../database/database.ts';
import type { MessagesNews } from '../fleet/news.ts';
import { Batcher } from '../ledger/batcher.ts';
import { headOf, messagesAfter, type Numbered, type Replay, type ReplayRequest, replays } from './inbox.ts';

const READ_MAX = 1_000;
const LOOK_EVERY_MS = 241;
const POLL_EVERY_MS = { hearing: 997, deaf: LOOK_EVERY_MS } as const;
/** Of one query. */
const REPLAYS_MAX = 100;
const REPLAYS_WAITING_MAX = 50_000;

export interface InboxReaderParts {
  readonly database: Queryable;
  /** Whether the news of other processes are heard; `alone`: there are none. */
  readonly hearing: () => 'alone' | boolean;
  /** Called with each message once, in order. */
  readonly deliver: (message: Numbered) => void;
}

export class InboxReader {
  readonly #parts: InboxReaderParts;
  readonly #replays: Batcher<ReplayRequest, Replay>;
  #position = 0;
  #reading = false;
  #readAgain = false;
  #look: NodeJS.Timeout | undefined;
  #pollAtMs = 0;

  constructor(parts: InboxReaderParts) {
    this.#parts = parts;
    this.#replays = new Batcher({
      ...{ batchMax: REPLAYS_MAX, queueMax: REPLAYS_WAITING_MAX },
      keyOf: ({ userId, cursor }) => `${userId} ${cursor}`,
      decide: (requests) => replays(parts.database, requests),
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
    this.#look = setInterval(() => this.#poll(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#look);
  }

  hear({ messages }: MessagesNews): void {
    const first = messages[0]?.[0] ?? 0;
    if (first > this.#position + 1) void this.read();
    else for (const message of messages) this.#deliver(message);
  }

  /** What this person's client has missed. Rejects when the database is away. */
  async replay(request: ReplayRequest): Promise<Replay> {
    const { cursor } = request;
    // The usual return after a short break: nothing was written for anybody meanwhile.
    if (cursor === this.#position) return { complete: true, messages: [], head: cursor };
    return this.#replays.submit(request);
  }

  /** Reads on to the end; one reading at a time, and once more if there was news meanwhile. */
  async read(): Promise<void> {
    this.#readAgain = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#readAgain) {
        this.#readAgain = false;
        const messages = await messagesAfter(this.#parts.database, this.#position, READ_MAX);
        for (const message of messages) this.#deliver(message);
        if (messages.length === READ_MAX) this.#readAgain = true;
      }
    } catch {
      // The database is away: nothing is written meanwhile, and the next look reads.
    } finally {
      this.#reading = false;
    }
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
    void this.read();
  }
}
