/**
 * One client of node-redis that is connected for ever again.
 *
 *   connecting ──ready──> connected ──the socket breaks, or a ping is not answered──> connecting, after a pause of RECONNECT_MS at most
 *   any ──close──> closed
 *
 * While it is not connected, commands fail at once: nothing waits for a server that may not come back. node-redis takes back the subscriptions that stood
 * before it says `ready`.
 */
import { createClient } from 'redis';
import { withinTime } from './time-limit.ts';

export type RedisClient = ReturnType<typeof newClient>;

const RECONNECT_MS = { first: 50, max: 1_000 };
/** For the connection itself, and, since a frozen server's kernel still accepts, for the greeting after it. */
const CONNECT_TIMEOUT_MS = 2_000;
const SOCKET_TIMEOUT_MS = 5_000;
const PING = { everyMs: 1_000, answeredWithinMs: 1_500 };
/** What a server that fell silent may owe us; more is refused. */
const UNANSWERED_MAX = 10_000;

export interface RedisLinkEvents {
  onConnected(): void;
  /** Called once for each time it is lost, and when the first attempt fails. */
  onDisconnected(cause: Error): void;
}

export class RedisLink {
  readonly client: RedisClient;
  readonly #events: RedisLinkEvents;
  readonly #watch: NodeJS.Timeout;
  #state: 'starting' | 'connected' | 'disconnected' | 'closed' = 'starting';
  #pinged = false;

  constructor(url: string, events: RedisLinkEvents) {
    this.client = newClient(url);
    this.#events = events;
    this.client.on('ready', () => this.#ready());
    this.client.on('error', (error: Error) => this.#failed(error));
    this.#connect();
    this.#watch = setInterval(() => void this.#ping(), PING.everyMs);
  }

  get connected(): boolean {
    return this.#state === 'connected' && this.client.isReady;
  }

  /** What has been sent is still answered, if that is soon. */
  async close(withinMs: number): Promise<void> {
    if (this.#state === 'closed') return;
    const wasConnected = this.connected;
    this.#state = 'closed';
    clearInterval(this.#watch);
    if (wasConnected) await withinTime(withinMs, this.client.close()).catch(() => {});
    this.client.destroy();
  }

  #connect(): void {
    // It tries for ever and tells by events; it is refused only when it is closed meanwhile.
    this.client.connect().catch(() => {});
  }

  #ready(): void {
    // node-redis finishes a connection that was closed while it was being made.
    if (this.#state === 'closed') {
      this.client.destroy();
      return;
    }
    this.#state = 'connected';
    this.#events.onConnected();
  }

  /** Comes with each failed attempt, too; only the first one is news. */
  #failed(cause: Error): void {
    // An answer that cannot be read: whatever follows on this socket cannot be trusted.
    if (this.connected) this.#startAnew(cause);
    else this.#lost(cause);
  }

  #lost(cause: Error): void {
    if (this.#state === 'closed' || this.#state === 'disconnected') return;
    this.#state = 'disconnected';
    this.#events.onDisconnected(cause);
  }

  /** node-redis has pings, too, but waits for their answer without end, and its socket's time-out starts anew with whatever is sent. */
  async #ping(): Promise<void> {
    if (!this.connected || this.#pinged) return;
    this.#pinged = true;
    const { socketEpoch } = this.client;
    try {
      await withinTime(PING.answeredWithinMs, this.client.ping());
    } catch (error) {
      if (this.connected && this.client.socketEpoch === socketEpoch) this.#startAnew(error as Error);
    } finally {
      this.#pinged = false;
    }
  }

  #startAnew(cause: Error): void {
    this.#lost(cause);
    this.client.destroy();
    this.#connect();
  }
}

function newClient(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: UNANSWERED_MAX,
    // Its time-out guards commands only until they are sent, at the price of an AbortSignal each.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      reconnectStrategy: (retries) => {
        const pauseMs = Math.min(RECONNECT_MS.max, RECONNECT_MS.first * 2 ** retries);
        // The processes of a fleet don't come back in the same instant.
        return pauseMs / 2 + (Math.random() * pauseMs) / 2;
      },
    },
  });
}
