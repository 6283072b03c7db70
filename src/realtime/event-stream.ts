/**
 * One event stream's life: what a socket hears, without what it can say, for clients that cannot open one.
 *
 *   open ──its session ends, its token expires, too much waits, the server stops──> ended, after the event `close` that says why
 *     └────the client goes──> ended
 */
import type { ServerResponse } from 'node:http';
import type { Identity } from '../accounts/account.ts';
import { CLOSE, type Listener, SLOW_FAREWELL_MS } from './listener.ts';
import { pongMessage, welcomeMessage } from './messages.ts';
import { Packet } from './packet.ts';
import { PersonalStream, type StreamSource } from './personal-stream.ts';

export interface EventStreamHost {
  readonly unsentBytesMax: number;
  readonly heartbeatSeconds: number;
  readonly inbox: StreamSource;
  nowMs(): number;
  closed(stream: EventStream): void;
}

const LIFE_SIGN_EVERY_MS = 15_000;
/** For browsers' own EventSource: how long to wait before they come back. */
const RETRY_MS = 1_000;

export class EventStream implements Listener {
  readonly #response: ServerResponse;
  readonly #host: EventStreamHost;
  readonly #lifeSigns: NodeJS.Timeout;
  #isOver = false;
  readonly identity: Identity | undefined;
  readonly address: string;
  /** It cannot give any: of a person's connections the one that was opened first counts as the quietest. */
  readonly heardAtMs = performance.now();
  readonly stream: PersonalStream;
  watched: readonly string[] = [];
  unknownDrops = 0;

  constructor(
    response: ServerResponse,
    host: EventStreamHost,
    who: { identity: Identity | undefined; address: string },
  ) {
    this.#response = response;
    this.#host = host;
    this.identity = who.identity;
    this.address = who.address;
    this.stream = new PersonalStream(host.inbox, {
      began: (cursor, resumed) => this.#welcome(cursor, resumed),
      sendPacket: (packet) => this.sendPacket(packet),
      overrun: () => this.close(CLOSE.tooSlow, 'too much came while the client caught up'),
    });
    this.#lifeSigns = setInterval(() => {
      const { cursor } = this.stream;
      this.sendPacket(new Packet(pongMessage(host.nowMs(), cursor), cursor));
    }, LIFE_SIGN_EVERY_MS).unref();
    // Without this an error of the connection would end the process.
    response.on('error', () => {});
    response.on('close', () => this.#end());
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  /** `cursor`: the last one that the client has seen. */
  begin(cursor: number | undefined): void {
    if (this.identity === undefined) this.#welcome(null, false);
    else this.stream.begin(this.identity.accountId, cursor);
  }

  send(message: string): void {
    this.sendPacket(new Packet(message));
  }

  sendPacket(packet: Packet): void {
    if (this.#isOver || this.#response.destroyed) return;
    if (this.#response.writableLength > this.#host.unsentBytesMax) {
      this.close(CLOSE.tooSlow, 'too much waits to be sent');
      return;
    }
    this.#response.write(packet.event);
  }

  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.end(`event: close\ndata: ${JSON.stringify({ code, reason })}\n\n`);
    // Its end waits behind all the rest: not for long.
    setTimeout(() => this.#response.destroy(), SLOW_FAREWELL_MS).unref();
  }

  #welcome(cursor: string | null, resumed: boolean): void {
    const { identity } = this;
    const account = identity === undefined ? null : { id: identity.accountId, role: identity.role };
    const { heartbeatSeconds } = this.#host;
    const message = welcomeMessage(this.#host.nowMs(), { heartbeatSeconds, account, cursor, resumed });
    this.sendPacket(new Packet(message, cursor ?? undefined));
  }

  #end(): void {
    clearInterval(this.#lifeSigns);
    this.#isOver = true;
    this.#host.closed(this);
  }
}
