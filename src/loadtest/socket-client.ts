/**
 * One buyer on the WebSocket.
 *
 *   closed       nothing is there. `open`, or a claim to send, leads to
 *   opening      the socket connects and authenticates; claims wait. `welcome` leads to
 *   ready        claims are sent at once. Losing the socket, in either state, replies `null` to all claims and leads to
 *   closed       and the next claim opens it again. A socket that is followed is opened again by itself, as a page does.
 *
 * Outcomes are matched by request id; copies of one request get theirs in order. `queued` is no reply: the copy
 * waits on for the outcome, which then comes once for all that were told so. Whoever finds that it takes too long asks again.
 */
import WebSocket from 'ws';
import { type Answer, parseObject, readSocketAnswer } from './answer.ts';
import type { Buyer, Connection, Reply } from './connection.ts';

/** What all sockets of a run tell together. */
export interface SocketTally {
  /** `drop` messages: the live stock. */
  liveStock: number;
  /** Sockets lost, by close code. */
  readonly closeCodes: Map<number, number>;
  /** `error` messages that belong to no claim, by code. */
  readonly strayErrors: Map<string, number>;
}

/** Who hears what the server says unasked. */
export interface SocketListener {
  onMessage(message: Readonly<Record<string, unknown>>): void;
  /** The socket was lost and is there again: what was said meanwhile was not heard. */
  onReopened(): void;
}

const openTimeoutMs = 30_000;
const reopenAfterMs = { least: 200, most: 1000 };
/** Live stock arrives several times a second on every socket: it is counted, and read no further. */
const liveStockStart = Buffer.from('{"type":"drop",');

export class SocketConnection implements Connection {
  readonly #address: string;
  readonly #buyer: Buyer;
  readonly #tally: SocketTally;
  readonly #unanswered = new Map<string, Reply[]>();
  /** Those that were told `queued`. */
  readonly #queued = new Map<string, Reply[]>();
  /** Requests of which any copy was: their outcome may come once more than they were sent. */
  readonly #everQueued = new Set<string>();
  #waiting: { readonly prepared: Buffer; readonly requestId: string; readonly reply: Reply }[] = [];
  #socket: WebSocket | undefined;
  #isReady = false;
  #wasLost = false;
  #isEnding = false;
  #listener: SocketListener | undefined;
  #reopening: NodeJS.Timeout | undefined;
  #watched: string | undefined;
  #onOpened: ((error?: Error) => void) | undefined;
  #onLiveStock: (() => void) | undefined;

  constructor(url: URL, buyer: Buyer, tally: SocketTally) {
    this.#address = `ws://${url.host}/v1/socket`;
    this.#buyer = buyer;
    this.#tally = tally;
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onOpened = (error) => (error === undefined ? resolve() : reject(error));
      this.#connect();
    });
  }

  prepareClaim(_buyer: Buyer, dropId: string, requestId: string): Buffer {
    return Buffer.from(JSON.stringify({ type: 'claim', requestId, dropId }));
  }

  sendClaim(prepared: Buffer, requestId: string, reply: Reply): void {
    if (this.#isReady) {
      this.#write(prepared, requestId, reply);
      return;
    }
    this.#waiting.push({ prepared, requestId, reply });
    if (this.#socket === undefined) this.#connect();
  }

  /** Follows the drop's live stock from now on, also after a reconnect. Resolves when the first view has come. */
  watch(dropId: string): Promise<void> {
    return new Promise((resolve) => {
      this.#watched = JSON.stringify({ type: 'watch', dropIds: [dropId] });
      this.#onLiveStock = resolve;
      this.#socket?.send(this.#watched);
    });
  }

  /** From now on the listener hears what belongs to no claim, and the socket is opened again whenever it is lost. */
  follow(listener: SocketListener): void {
    this.#listener = listener;
  }

  close(): void {
    this.#isEnding = true;
    clearTimeout(this.#reopening);
    this.#socket?.terminate();
  }

  #connect(): void {
    const socket = new WebSocket(this.#address, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      handshakeTimeout: openTimeoutMs,
    });
    this.#socket = socket;
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token: this.#buyer.accessToken })));
    socket.on('message', (data: Buffer) => this.#receive(data));
    let fault = '';
    socket.on('error', (error) => {
      fault = `: ${error.message}`;
    });
    socket.on('close', (code) => this.#lose(code, fault));
  }

  #write(prepared: Buffer, requestId: string, reply: Reply): void {
    const copies = this.#unanswered.get(requestId);
    if (copies === undefined) this.#unanswered.set(requestId, [reply]);
    else copies.push(reply);
    this.#socket?.send(prepared, { binary: false });
  }

  #receive(data: Buffer): void {
    if (data.subarray(0, liveStockStart.length).equals(liveStockStart)) {
      this.#countLiveStock();
      return;
    }
    const message = parseObject(data.toString()) ?? { type: 'error', code: 'unreadable_answer' };
    if (message['type'] === 'outcome' || message['type'] === 'error') this.#settle(message);
    else if (message['type'] === 'queued') this.#waitOn(requestIdOf(message));
    else if (message['type'] === 'drop') this.#countLiveStock();
    else if (message['type'] === 'welcome') this.#welcome();
    else this.#listener?.onMessage(message);
  }

  #countLiveStock(): void {
    this.#tally.liveStock += 1;
    this.#onLiveStock?.();
    this.#onLiveStock = undefined;
  }

  #welcome(): void {
    this.#isReady = true;
    if (this.#watched !== undefined) this.#socket?.send(this.#watched);
    for (const { prepared, requestId, reply } of this.#waiting.splice(0)) this.#write(prepared, requestId, reply);
    this.#opened();
    if (this.#wasLost) this.#listener?.onReopened();
    this.#wasLost = false;
  }

  #settle(message: Record<string, unknown>): void {
    const answer = readSocketAnswer(message);
    const requestId = requestIdOf(message);
    const queued = this.#queued.get(requestId);
    this.#queued.delete(requestId);
    const replies = queued ?? this.#nextCopy(requestId);
    if (replies.length === 0 && !this.#everQueued.has(requestId)) this.#countStray(answer);
    for (const reply of replies) reply(answer);
  }

  #waitOn(requestId: string): void {
    this.#everQueued.add(requestId);
    const copies = this.#queued.get(requestId) ?? [];
    copies.push(...this.#nextCopy(requestId));
    if (copies.length > 0) this.#queued.set(requestId, copies);
  }

  /** The copy that was sent first, or none. */
  #nextCopy(requestId: string): Reply[] {
    const copies = this.#unanswered.get(requestId);
    const reply = copies?.shift();
    if (copies?.length === 0) this.#unanswered.delete(requestId);
    return reply === undefined ? [] : [reply];
  }

  #countStray(answer: Answer): void {
    const code = answer.errorCode ?? 'outcome_nobody_asked_for';
    this.#tally.strayErrors.set(code, (this.#tally.strayErrors.get(code) ?? 0) + 1);
  }

  #lose(code: number, fault: string): void {
    this.#isReady = false;
    this.#wasLost = true;
    this.#socket = undefined;
    if (!this.#isEnding && this.#listener !== undefined) this.#reopenSoon();
    if (!this.#isEnding) this.#tally.closeCodes.set(code, (this.#tally.closeCodes.get(code) ?? 0) + 1);
    const replies = [...this.#queued.values(), ...this.#unanswered.values()].flat();
    this.#queued.clear();
    this.#unanswered.clear();
    for (const { reply } of this.#waiting.splice(0)) replies.push(reply);
    this.#opened(new Error(`the socket closed with ${code}${fault}`));
    for (const reply of replies) reply(null);
  }

  /** At a time of its own, so that those who were lost together do not come back together. */
  #reopenSoon(): void {
    const waitMs = reopenAfterMs.least + Math.random() * (reopenAfterMs.most - reopenAfterMs.least);
    this.#reopening = setTimeout(() => {
      if (this.#socket === undefined) this.#connect();
    }, waitMs);
  }

  #opened(error?: Error): void {
    this.#onOpened?.(error);
    this.#onOpened = undefined;
  }
}

function requestIdOf({ requestId }: Record<string, unknown>): string {
  return typeof requestId === 'string' ? requestId : '';
}
