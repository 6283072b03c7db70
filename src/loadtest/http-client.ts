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

export class HttpConnection implements Connection {
  readonly #url: URL;
  readonly #unanswered: Reply[] = [];
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

  prepareClaim(buyer: Buyer, dropId: string, requestId: string): Buffer {
    return this.#prepare(
      'POST',
      `/v1/drops/${dropId}/claims`,
      buyer,
      `idempotency-key: ${requestId}\r\ncontent-length: 0\r\n`,
    );
  }

  sendClaim(prepared: Buffer, _requestId: string, reply: Reply): void {
    const socket = this.#connected();
    this.#unanswered.push(reply);
    socket.write(prepared);
  }

  /** Asks again for the answer to a claim. */
  lookUp(buyer: Buyer, dropId: string, requestId: string, reply: Reply): void {
    this.sendClaim(this.#prepare('GET', `/v1/drops/${dropId}/claims/${requestId}`, buyer, ''), requestId, reply);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #prepare(method: string, path: string, buyer: Buyer, more: string): Buffer {
    const head = `${method} ${path} HTTP/1.1\r\nhost: ${this.#url.host}\r\nauthorization: Bearer ${buyer.accessToken}\r\n`;
    return Buffer.from(`${head}${more}\r\n`, 'latin1');
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
        this.#unanswered.shift()?.(errorAnswer('malformed_response'));
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
    const reply = this.#unanswered.shift();
    if (response.closes && this.#socket !== undefined) this.#lose(this.#socket);
    reply?.(readHttpAnswer(response.status, response.retryAfterSeconds, response.body));
  }

  /** Replies `null` to what is on the way; only once per socket, whichever event came first. */
  #lose(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    socket.destroy();
    for (const reply of this.#unanswered.splice(0)) reply(null);
  }
}
