/** One WebSocket to a server, that hides nothing: all it heard, with its time. */
import { WebSocket } from 'ws';
import { Broken } from '../case.ts';
import { type End, Heard, type Message, type Wanted } from './heard.ts';

export interface WireOptions {
  /** Answers the server's WebSocket pings. */
  readonly answersPings?: boolean;
}

export class Wire {
  readonly heard = new Heard();
  /** Times of the server's WebSocket pings. */
  readonly pingsAtMs: number[] = [];
  /** Of the server's WebSocket pongs. */
  pongs = 0;
  openedAtMs = 0;
  readonly #webSocket: WebSocket;
  readonly #opened: Promise<void>;

  constructor(url: string, { answersPings = true }: WireOptions = {}) {
    this.#webSocket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, {
      autoPong: answersPings,
      perMessageDeflate: false,
    });
    this.#opened = new Promise((resolve, reject) => {
      this.#webSocket.once('open', () => {
        this.openedAtMs = Date.now();
        resolve();
      });
      this.#webSocket.once('error', reject);
    });
    this.#opened.catch(() => {});
    this.#webSocket.on('error', () => {});
    this.#webSocket.on('ping', () => this.pingsAtMs.push(Date.now()));
    this.#webSocket.on('pong', () => {
      this.pongs += 1;
      this.heard.wake();
    });
    this.#webSocket.on('close', (code, reason) => this.heard.ended(code, reason.toString()));
    this.#webSocket.on('message', (data, isBinary) => {
      if (isBinary) this.heard.fail(new Broken('text frames', 'a binary one'));
      else this.heard.hear(data.toString());
    });
  }

  get messages(): Message[] {
    return this.heard.messages;
  }

  get isOpen(): boolean {
    return this.heard.end === undefined;
  }

  opened(): Promise<void> {
    return this.#opened;
  }

  /** Text and bytes go as they are. */
  async send(message: object | string | Buffer): Promise<void> {
    await this.#opened;
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    this.#webSocket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** A ping of the WebSocket itself. */
  async sendPing(): Promise<void> {
    await this.#opened;
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.ping();
  }

  /** The `welcome` that answers it. */
  async authenticate(token?: string, cursor?: string): Promise<Message> {
    const from = this.heard.all.length;
    await this.send({
      type: 'authenticate',
      ...(token !== undefined && { token }),
      ...(cursor !== undefined && { cursor }),
    });
    return this.heard.next({ type: 'welcome' }, { from });
  }

  /** Sends, and waits for what comes after it. */
  async ask(message: object | string | Buffer, wanted: Wanted, withinMs?: number): Promise<Message> {
    const from = this.heard.all.length;
    await this.send(message);
    return this.heard.next(wanted, { from, ...(withinMs !== undefined && { withinMs }) });
  }

  /** The `pong`; S13 gives it a second, a busy machine some more. */
  ping(withinMs = 5_000): Promise<Message> {
    return this.ask({ type: 'ping' }, { type: 'pong' }, withinMs);
  }

  closed(codes: readonly number[], withinMs: number): Promise<End> {
    return this.heard.closed(codes, withinMs);
  }

  close(): void {
    this.#webSocket.terminate();
  }
}
