/**
 * The way to Redis that all adapters of one process share: one link for commands, one for subscriptions, so that a burst of messages holds up no claim.
 *
 * One server, with replicas at most: the lock names the keys of many users in one call, and a cluster would keep them apart.
 *
 * Redis is never a condition: a process starts and serves without it, and each adapter says what it does then. `connected` means both links, because who
 * hears and cannot speak is as good as alone.
 */
import { type RedisClient, RedisLink, type RedisLinkEvents } from './redis-link.ts';
import { withinTime } from './time-limit.ts';

export interface ConnectionLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RedisConnectionOptions {
  readonly url: string;
  /** In front of all keys and channels: several installations may share a server. */
  readonly prefix: string;
  readonly log: ConnectionLog;
}

/** A frozen server must not hold a claim for longer. */
export const COMMAND_TIMEOUT_MS = 500;

export class RedisConnection {
  readonly prefix: string;
  readonly log: ConnectionLog;
  readonly #commands: RedisLink;
  readonly #subscriptions: RedisLink;
  readonly #connectedListeners: (() => void)[] = [];
  readonly #disconnectedListeners: (() => void)[] = [];
  #state: 'starting' | 'connected' | 'disconnected' = 'starting';

  /** Connects in the background. */
  constructor({ url, prefix, log }: RedisConnectionOptions) {
    this.prefix = prefix;
    this.log = log;
    const events: RedisLinkEvents = {
      onConnected: () => this.#onConnected(),
      onDisconnected: (cause) => this.#onDisconnected(cause),
    };
    this.#commands = new RedisLink(url, events);
    this.#subscriptions = new RedisLink(url, events);
  }

  get connected(): boolean {
    return this.#commands.connected && this.#subscriptions.connected;
  }

  /** For libraries that want a client; everybody else goes through `run`. */
  get commands(): RedisClient {
    return this.#commands.client;
  }

  onConnected(listener: () => void): void {
    this.#connectedListeners.push(listener);
  }

  onDisconnected(listener: () => void): void {
    this.#disconnectedListeners.push(listener);
  }

  /** Runs commands, one after the other or at once; throws at once when there is no connection, and after COMMAND_TIMEOUT_MS for all of them. */
  run<Reply>(work: (commands: RedisClient) => Promise<Reply>): Promise<Reply> {
    return withinTime(COMMAND_TIMEOUT_MS, work(this.#commands.client));
  }

  /** Hears these channels, also after a new connection. What is heard already is not heard twice by the same listener. */
  subscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<void> {
    return withinTime(COMMAND_TIMEOUT_MS, this.#subscriptions.client.subscribe(channels, listener));
  }

  async close(): Promise<void> {
    await Promise.all([this.#commands.close(COMMAND_TIMEOUT_MS), this.#subscriptions.close(0)]);
  }

  #onConnected(): void {
    if (!this.connected || this.#state === 'connected') return;
    this.#state = 'connected';
    this.log.info({}, 'Redis is connected');
    for (const listener of this.#connectedListeners) listener();
  }

  #onDisconnected(cause: Error): void {
    if (this.#state === 'disconnected') return;
    this.#state = 'disconnected';
    this.log.warn({ err: cause }, 'Redis is not connected; going on without it');
    for (const listener of this.#disconnectedListeners) listener();
  }
}
