/**
 * HTTP on a raw keep-alive socket: requests are prepared buffers, responses are matched to them in order. Several may be
 * on the way at once (pipelining), which is how one buyer's repeated request is truly concurrent on one connection, and
 * how buyers share one.
 *
 * A connection's life: closed -> (first write) connecting -> open -> lost, which is closed again. Writes before the
 * connection stands are kept by the socket itself.
 */
import { connect, type Socket } from 'node:net';
import { errorAnswer, readHttpAnswer } from './answer.ts';
import type { Buyer, Connection, Reply } from './connection.ts';
import { type HttpResponse, ResponseParser } from './response-parser.ts';

/** What comes of a request: a response, or why there is none. `malformed`: what came is no HTTP that this client reads. */
export type Heard = HttpResponse | 'lost' | 'malformed';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly idempotencyKey?: string;
  readonly body?: object;
}

export class HttpConnection implements Connection {
  readonly #url: URL;
  readonly #unanswered: ((heard: Heard) => void)[] = [];
  #socket: Socket | undefined;

  constructor(url: URL) {
    this.#url = url;
  }

  open(): Promise<void> {
    const socket = this.#connected();
    if (!socket.connecting) return Promise.resolve();
    return new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`no connection to ${this.#url.host}`)));
    });
  }

  prepareClaim(buyer: Buyer, dropId: string, idempotencyKey: string): Buffer {
    return this.#prepare(buyer, { method: 'POST', path: `/v1/drops/${dropId}/claims`, idempotencyKey });
  }

  sendClaim(prepared: Buffer, _requestId: string, reply: Reply): void {
    this.#send(prepared, (heard) => {
      if (heard === 'lost') reply(null);
      else if (heard === 'malformed') reply(errorAnswer('malformed_response'));
      else reply(readHttpAnswer(heard.status, heard.retryAfterSeconds, heard.body));
    });
  }

  /** Asks again for the answer to a claim. */
  lookUp(buyer: Buyer, dropId: string, requestId: string, reply: Reply): void {
    const path = `/v1/drops/${dropId}/claims/${requestId}`;
    this.sendClaim(this.#prepare(buyer, { method: 'GET', path }), requestId, reply);
  }

  /** Any other call of this buyer. */
  ask(buyer: Buyer, request: HttpRequest): Promise<Heard> {
    return new Promise((resolve) => this.#send(this.#prepare(buyer, request), resolve));
  }

  close(): void {
    this.#socket?.destroy();
  }

  #prepare({ accessToken }: Buyer, { method, path, idempotencyKey, body }: HttpRequest): Buffer {
    const json = body === undefined ? '' : JSON.stringify(body);
    const lines = [`${method} ${path} HTTP/1.1`, `host: ${this.#url.host}`, `authorization: Bearer ${accessToken}`];
    if (idempotencyKey !== undefined) lines.push(`idempotency-key: ${idempotencyKey}`);
    if (json !== '') lines.push('content-type: application/json');
    if (method !== 'GET') lines.push(`content-length: ${Buffer.byteLength(json)}`);
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${json}`);
  }

  #send(bytes: Buffer, onHeard: (heard: Heard) => void): void {
    const socket = this.#connected();
    this.#unanswered.push(onHeard);
    socket.write(bytes);
  }

  #connected(): Socket {
    if (this.#socket !== undefined) return this.#socket;
    const socket = connect({
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(this.#url.port || 80),
      noDelay: true,
    });
    const parser = new ResponseParser((response) => this.#receive(response));
    socket.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch {
        // Nothing after this can be matched to a request: the first one gets the blame, the others are lost.
        this.#unanswered.shift()?.('malformed');
        socket.destroy();
      }
    });
    // A half-closed connection would take a claim and never answer it.
    socket.on('end', () => this.#lose(socket));
    socket.on('error', () => this.#lose(socket));
    socket.on('close', () => this.#lose(socket));
    this.#socket = socket;
    return socket;
  }

  #receive(response: HttpResponse): void {
    const onHeard = this.#unanswered.shift();
    if (response.closes && this.#socket !== undefined) this.#lose(this.#socket);
    onHeard?.(response);
  }

  /** What is on the way is lost; only once per socket, whichever event came first. */
  #lose(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    socket.destroy();
    for (const onHeard of this.#unanswered.splice(0)) onHeard('lost');
  }
}
