/**
 * All listeners of this process: how many there may be, whose they are, and what reaches them. The transports put them in and take them out.
 *
 * Once a second it looks at all of them. Those whose token has expired without a fresh one are closed: what ends a person's access over HTTP ends it here. So are those who
 * do not read: who has waited with something unsent for ten seconds, and, when too much waits for all together, those for whom the most does.
 *
 *   enter ──> present ──closed──> retired ──ended──> left      (retired: nothing reaches it and nobody finds it, but its place is still taken)
 *                └──────────────ended────────────────^
 */
import type { Identity } from '../accounts/account.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Numbered } from './inbox.ts';
import { CLOSE, hasExpired, type Listener } from './listener.ts';
import type { LiveView } from './live-view.ts';
import { Packet } from './packet.ts';
import { personalPacket } from './personal-stream.ts';

const LOOK_EVERY_MS = 1_000;
/** What may wait for all clients of this process together: 15,000 sockets with 17 KiB each, and far less than what each of them may have. */
const UNSENT_BYTES_OF_ALL_MAX = 256 * 1024 * 1024;

export interface HubParts {
  readonly sessions: Pick<Sessions, 'onEnded'>;
  readonly liveView: Pick<LiveView, 'leave'>;
  readonly listenersMax: number;
  readonly perUserMax: number;
  readonly perAddressMax: number;
  readonly unsentBytesMax?: number;
}

export class Hub {
  readonly #parts: HubParts;
  /** With those that are closed and have not ended yet. */
  readonly #places = new Set<Listener>();
  readonly #present = new Set<Listener>();
  readonly #bySession = new Map<string, Set<Listener>>();
  readonly #byUser = new Map<string, Set<Listener>>();
  readonly #byAddress = new Map<string, number>();
  #looks: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    parts.sessions.onEnded((sessionId) => {
      for (const listener of [...(this.#bySession.get(sessionId) ?? [])])
        listener.close(CLOSE.sessionEnded, 'the session has ended');
    });
  }

  start(): void {
    this.#looks = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Says goodbye to everyone. */
  close(): void {
    this.#closing = true;
    clearInterval(this.#looks);
    for (const listener of [...this.#present]) listener.close(CLOSE.restart, 'the server restarts: reconnect');
  }

  /** Lets everybody who has messages begin anew. */
  restartMembers(): void {
    for (const listener of [...this.#present])
      if (listener.identity !== undefined) listener.close(CLOSE.restart, 'the messages begin anew: reconnect');
  }

  get size(): number {
    return this.#places.size;
  }

  get users(): number {
    return this.#byUser.size;
  }

  /** With which code somebody from this address is turned away; undefined: there is room. */
  refusal(address: string): number | undefined {
    if (this.#closing) return CLOSE.restart;
    const { listenersMax, perAddressMax } = this.#parts;
    const isFull = this.#places.size >= listenersMax || (this.#byAddress.get(address) ?? 0) >= perAddressMax;
    return isFull ? CLOSE.full : undefined;
  }

  enter(listener: Listener): void {
    this.#places.add(listener);
    this.#present.add(listener);
    this.#byAddress.set(listener.address, (this.#byAddress.get(listener.address) ?? 0) + 1);
  }

  /** It was closed, and whether its client goes or not is the client's affair. */
  retire(listener: Listener): void {
    this.#present.delete(listener);
    this.#forget(listener, listener.identity);
    this.#parts.liveView.leave(listener);
    listener.stream.end();
  }

  leave(listener: Listener): void {
    this.retire(listener);
    if (!this.#places.delete(listener)) return;
    const others = (this.#byAddress.get(listener.address) ?? 1) - 1;
    if (others === 0) this.#byAddress.delete(listener.address);
    else this.#byAddress.set(listener.address, others);
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
    const packet = new Packet(message);
    for (const listener of [...(this.#byUser.get(userId) ?? [])]) listener.tell(packet);
  }

  deliver([number, userId, body]: Numbered): void {
    const own = this.#byUser.get(userId);
    if (own === undefined) return;
    const packet = personalPacket(number, body);
    for (const listener of [...own]) listener.stream.take(number, packet);
  }

  #look(): void {
    const nowMs = Date.now();
    const waiting: { readonly listener: Listener; readonly bytes: number }[] = [];
    let unsentBytes = 0;
    for (const listener of [...this.#present]) {
      if (hasExpired(listener.identity, nowMs)) listener.close(CLOSE.unauthenticated, 'the token has expired');
      else if (listener.isStuck()) listener.close(CLOSE.tooSlow, 'nothing could be sent for a while');
      else if (listener.unsentBytes > 0) {
        const bytes = listener.unsentBytes;
        waiting.push({ listener, bytes });
        unsentBytes += bytes;
      }
    }
    const { unsentBytesMax = UNSENT_BYTES_OF_ALL_MAX } = this.#parts;
    if (unsentBytes <= unsentBytesMax) return;
    for (const { listener, bytes } of waiting.toSorted((a, b) => b.bytes - a.bytes)) {
      if (unsentBytes <= unsentBytesMax) break;
      listener.close(CLOSE.tooSlow, 'too much waits to be sent to all');
      unsentBytes -= bytes;
    }
  }

  #forget(listener: Listener, identity: Identity | undefined): void {
    if (identity === undefined) return;
    remove(this.#bySession, identity.sessionId, listener);
    remove(this.#byUser, identity.accountId, listener);
  }
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
