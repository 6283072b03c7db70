/**
 * All listeners of this process: how many there may be, whose they are, and what reaches them. The transports put them in and take them out.
 *
 * Once a second those whose token has expired without a fresh one are closed: what ends a person's access over HTTP ends it here.
 */
import type { Identity } from '../accounts/account.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Numbered } from './inbox.ts';
import { CLOSE, type Listener } from './listener.ts';
import type { LiveView } from './live-view.ts';
import { personalPacket } from './personal-stream.ts';

const SWEEP_EVERY_MS = 1_000;

export interface HubParts {
  readonly sessions: Pick<Sessions, 'onEnded'>;
  readonly liveView: Pick<LiveView, 'leave'>;
  readonly listenersMax: number;
  readonly perUserMax: number;
  readonly perAddressMax: number;
}

export class Hub {
  readonly #parts: HubParts;
  readonly #listeners = new Set<Listener>();
  readonly #bySession = new Map<string, Set<Listener>>();
  readonly #byUser = new Map<string, Set<Listener>>();
  readonly #byAddress = new Map<string, number>();
  #sweep: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    parts.sessions.onEnded((sessionId) => {
      for (const listener of [...(this.#bySession.get(sessionId) ?? [])])
        listener.close(CLOSE.sessionEnded, 'the session has ended');
    });
  }

  start(): void {
    this.#sweep = setInterval(() => this.#closeExpired(), SWEEP_EVERY_MS).unref();
  }

  /** Says goodbye to everyone. */
  close(): void {
    this.#closing = true;
    clearInterval(this.#sweep);
    for (const listener of [...this.#listeners]) listener.close(CLOSE.restart, 'the server restarts: reconnect');
  }

  get size(): number {
    return this.#listeners.size;
  }

  get users(): number {
    return this.#byUser.size;
  }

  /** With which code somebody from this address is turned away; undefined: there is room. */
  refusal(address: string): number | undefined {
    if (this.#closing) return CLOSE.restart;
    const { listenersMax, perAddressMax } = this.#parts;
    const isFull = this.#listeners.size >= listenersMax || (this.#byAddress.get(address) ?? 0) >= perAddressMax;
    return isFull ? CLOSE.full : undefined;
  }

  enter(listener: Listener): void {
    this.#listeners.add(listener);
    this.#byAddress.set(listener.address, (this.#byAddress.get(listener.address) ?? 0) + 1);
  }

  leave(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    const others = (this.#byAddress.get(listener.address) ?? 1) - 1;
    if (others === 0) this.#byAddress.delete(listener.address);
    else this.#byAddress.set(listener.address, others);
    this.#forget(listener, listener.identity);
    this.#parts.liveView.leave(listener);
    listener.stream.end();
  }

  /** It is somebody else's now, or somebody's. */
  identified(listener: Listener, before: Identity | undefined): void {
    this.#forget(listener, before);
    const { identity } = listener;
    if (identity === undefined) return;
    put(this.#bySession, identity.sessionId, listener);
    const own = put(this.#byUser, identity.accountId, listener);
    if (own.size > this.#parts.perUserMax) quietest(own, listener)?.close(CLOSE.tooMany, 'too many connections');
  }

  /** To all that this person has open here. */
  tellUser(userId: string, message: string): void {
    for (const listener of this.#byUser.get(userId) ?? []) listener.send(message);
  }

  deliver([number, userId, body]: Numbered): void {
    const own = this.#byUser.get(userId);
    if (own === undefined) return;
    const packet = personalPacket(number, body);
    const nowMs = Date.now();
    for (const listener of [...own]) {
      if (hasExpired(listener, nowMs)) listener.close(CLOSE.unauthenticated, 'the token has expired');
      else listener.stream.take(number, packet);
    }
  }

  #closeExpired(): void {
    const nowMs = Date.now();
    for (const listener of this.#listeners)
      if (hasExpired(listener, nowMs)) listener.close(CLOSE.unauthenticated, 'the token has expired');
  }

  #forget(listener: Listener, identity: Identity | undefined): void {
    if (identity === undefined) return;
    remove(this.#bySession, identity.sessionId, listener);
    remove(this.#byUser, identity.accountId, listener);
  }
}

function hasExpired({ identity }: Listener, nowMs: number): boolean {
  return identity !== undefined && identity.expiresAtMs <= nowMs;
}

function quietest(listeners: ReadonlySet<Listener>, but: Listener): Listener | undefined {
  let found: Listener | undefined;
  for (const listener of listeners) {
    if (listener !== but && (found === undefined || listener.heardAtMs < found.heardAtMs)) found = listener;
  }
  return found;
}

function put(index: Map<string, Set<Listener>>, key: string, listener: Listener): Set<Listener> {
  const listeners = index.get(key) ?? new Set();
  listeners.add(listener);
  index.set(key, listeners);
  return listeners;
}

function remove(index: Map<string, Set<Listener>>, key: string, listener: Listener): void {
  const listeners = index.get(key);
  listeners?.delete(listener);
  if (listeners?.size === 0) index.delete(key);
}
