/**
 * The broadcast of a fleet, over Redis Pub/Sub. In front of each message goes who sent it, so that a process does not hear itself.
 *
 *   deaf ──connected, and every channel subscribed to──> hearing, and onConnected is told
 *    ▲  └── a subscription fails ──> again after RETRY_MS
 *    └── the connection is lost; at once
 */
import { randomBytes } from 'node:crypto';
import type { Broadcast } from '../fleet/broadcast.ts';
import type { RedisConnection } from './redis-connection.ts';

const RETRY_MS = 1_000;

type Hear = (message: string) => void;

export class RedisBroadcast implements Broadcast {
  readonly #connection: RedisConnection;
  readonly #sender = randomBytes(9).toString('base64url');
  readonly #hearers = new Map<string, Hear[]>();
  readonly #connectedListeners: (() => void)[] = [];
  #hearing = false;
  /** Goes up with each change of the connection: what was begun before is given up. */
  #turn = 0;
  #closed = false;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    connection.onConnected(() => {
      if (!this.#closed) void this.#hear();
    });
    connection.onDisconnected(() => this.#lose());
    if (connection.connected) void this.#hear();
  }

  get connected(): boolean {
    return this.#hearing && this.#connection.connected;
  }

  publish(channel: string, message: string): void {
    if (this.#closed) return;
    const { prefix } = this.#connection;
    this.#connection
      .run((commands) => commands.publish(prefix + channel, `${this.#sender} ${message}`))
      .catch(() => {});
  }

  async subscribe(channel: string, hear: Hear): Promise<void> {
    const hearers = this.#hearers.get(channel);
    if (hearers !== undefined) hearers.push(hear);
    else this.#hearers.set(channel, [hear]);
    // Without a connection it is enough to remember it.
    if (this.#connection.connected) await this.#hear();
  }

  onConnected(listener: () => void): void {
    this.#connectedListeners.push(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#lose();
    this.#hearers.clear();
    this.#connectedListeners.length = 0;
  }

  #lose(): void {
    this.#hearing = false;
    this.#turn += 1;
  }

  /** Redis is asked only for those channels that it does not send yet. */
  async #hear(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const channels = [...this.#hearers.keys()].map((channel) => this.#connection.prefix + channel);
      if (channels.length > 0) await this.#connection.subscribe(channels, this.#take);
    } catch (error) {
      if (turn === this.#turn) this.#hearAgain(turn, error);
      return;
    }
    if (turn !== this.#turn || this.#hearing) return;
    this.#hearing = true;
    for (const listener of this.#connectedListeners) this.#guard(listener);
  }

  #hearAgain(turn: number, error: unknown): void {
    this.#hearing = false;
    this.#connection.log.warn({ err: error }, 'Redis refuses a subscription');
    setTimeout(() => {
      if (turn === this.#turn) void this.#hear();
    }, RETRY_MS);
  }

  readonly #take = (text: string, prefixed: string): void => {
    const channel = prefixed.slice(this.#connection.prefix.length);
    const end = text.indexOf(' ');
    if (text.slice(0, end) === this.#sender) return;
    const message = text.slice(end + 1);
    for (const hear of this.#hearers.get(channel) ?? []) this.#guard(() => hear(message));
  };

  /** node-redis would take an error of a listener for one of the connection. */
  #guard(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#connection.log.warn({ err: error }, 'a listener of the broadcast failed');
    }
  }
}
