/**
 * One event stream's life: what a socket hears, without what it can say, for clients that cannot open one.
 *
 *   open ──its session ends, its token expires, too much waits or nothing leaves, the server stops──> ended, after the event `close` that says why
 *     └────the client goes──> ended
 */
import type { ServerResponse } from 'node:http';
import type { Identity } from '../accounts/account.ts';
import { CLOSE, hasExpired, type Listener, SLOW_FAREWELL_MS } from './listener.ts';
import { pongMessage, welcomeMessage } from './messages.ts';
import { Outflow } from './outflow.ts';
import { Packet } from './packet.ts';
import { PersonalStream, type StreamSource } from './personal-stream.ts';

export interface EventStreamHost {
  readonly unsentBytesMax: number;
  readonly heartbeatSeconds: number;
  readonly inbox: StreamSource;
  nowMs(): number;
  /** Nothing reaches it any more; it may still be open for a while. */
  closing(stream: EventStream): void;
  closed(stream: EventStream): void;
}

const LIFE_SIGN_EVERY_MS = 15_000;
/** For browsers' own EventSource: how long to wait before they come back. */
const RETRY_MS = 1_000;

export class EventStream implements Listener {
  readonly #response: ServerResponse;
  readonly #host: EventStreamHost;
  readonly #lifeSigns: NodeJS.Timeout;
  readonly #outflow = new Outflow();
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
      tell: (packet, whenSent) => this.tell(packet, whenSent),
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
    this.#write(packet);
  }

  tell(packet: Packet, whenSent?: () => void): void {
    if (hasExpired(this.identity)) this.close(CLOSE.unauthenticated, 'the token has expired');
    else this.#write(packet, whenSent);
  }

  get unsentBytes(): number {
    return this.#response.writableLength + this.stream.heldBytes;
  }

  isStuck(): boolean {
    return this.#outflow.isStuck(this.#response.writableLength);
  }

  #write(packet: Packet, whenSent?: () => void): void {
    if (this.#isOver || this.#response.destroyed) return;
    if (this.#response.writableLength > this.#host.unsentBytesMax) {
      this.close(CLOSE.tooSlow, 'too much waits to be sent');
      return;
    }
    this.#outflow.wrote(packet.event.length);
    this.#response.write(packet.event, whenSent);
  }

  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.end(`event: close\ndata: ${JSON.stringify({ code, reason })}\n\n`);
    // Its end waits behind all the rest: not for long.
    setTimeout(() => this.#response.destroy(), SLOW_FAREWELL_MS).unref();
    this.#host.closing(this);
  }

  #welcome(cursor: string | null, resumed: boolean): void {
    const { identity } = this;
    if (hasExpired(identity)) {
      this.close(CLOSE.unauthenticated, 'the token has expired');
      return;
    }
    const { heartbeatSeconds } = this.#host;
    const message = welcomeMessage(this.#host.nowMs(), { heartbeatSeconds, identity, cursor, resumed });
    this.sendPacket(new Packet(message, cursor ?? undefined));
  }

  #end(): void {
    clearInterval(this.#lifeSigns);
    this.#isOver = true;
    this.#host.closed(this);
  }
}
