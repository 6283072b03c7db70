/**
 * One socket's life.
 *
 *   waiting ──authenticate without a token──> guest    watches; may not claim
 *      │  └───authenticate with a token─────> member   watches, claims, and gets its messages (personal-stream.ts); closed with 4403 when its session ends
 *      │                                        ▲
 *      │        guest ──authenticate────────────┘      (signed in meanwhile; a member may also bring a fresh token, or be somebody else from now on)
 *      └── 10 s pass, a bad token, or one that expires and no fresh one comes ──> closed 4401
 *
 *   any ── one of the reasons below ──> closing: our Close frame is sent; nothing is heard or said after it. Who does not answer is ended after SLOW_FAREWELL_MS (socket-server.ts)
 *
 *   any ── three malformed messages ──> closed 4400
 *   any ── more messages in a second than a person's browser sends, pings counted, long lists of watched drops and looked-up cursors as several ──> closed 4429
 *   any ── too much waits to be sent, or nothing of it leaves for ten seconds ──> closed 4408: it would otherwise grow until the server falls
 *   any ── another connection of the same account comes, and they are too many ──> the quietest is closed 4409
 *   any ── no answer to a heartbeat ──> ended
 *   any ── the server stops ──> closed 1012, after the claims on their way are answered
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Identity } from '../accounts/account.ts';
import type { ClaimAnswer } from '../claims/admission.ts';
import { CLOSE, hasExpired, type Listener } from './listener.ts';
import {
  answerMessage,
  type ClientIn,
  errorMessage,
  MalformedMessage,
  pongMessage,
  readMessage,
  welcomeMessage,
} from './messages.ts';
import { Outflow } from './outflow.ts';
import { Packet } from './packet.ts';
import { PersonalStream, type StreamSource } from './personal-stream.ts';
import { textFrame } from './text-frame.ts';

const AUTHENTICATE_WITHIN_MS = 10_000;
const MALFORMED_MAX = 3;
/** Each watched drop costs a frame, or a query if it is unknown: so many weigh as much as one more message. */
const WATCHED_DROPS_PER_MESSAGE = 10;
/** What a cursor weighs that the database has to look up: up to a thousand messages are read for it. */
const MESSAGES_PER_REPLAY = 10;

/** What a connection asks of the rest of the program. */
export interface ConnectionHost {
  readonly messagesPerSecond: number;
  readonly unsentBytesMax: number;
  readonly heartbeatSeconds: number;
  readonly inbox: StreamSource;
  nowMs(): number;
  identify(token: string): Identity | undefined;
  claim(identity: Identity, dropId: string, requestId: string): ClaimAnswer | Promise<ClaimAnswer>;
  watch(connection: Connection, dropIds: readonly string[]): void;
  authenticated(connection: Connection, before: Identity | undefined): void;
  /** Nothing reaches it any more; it may still be open for a while. */
  closing(connection: Connection): void;
  closed(connection: Connection): void;
}

export class Connection implements Listener {
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;
  readonly #host: ConnectionHost;
  #state: 'waiting' | 'guest' | 'member' | 'closing' | 'closed' = 'waiting';
  #deadline: NodeJS.Timeout | undefined;
  #malformed = 0;
  #windowEndsAtMs = 0;
  #messagesInWindow = 0;
  #heardSinceHeartbeat = true;
  #hasReplayed = false;
  readonly #outflow = new Outflow();
  /** Of `authenticate` messages that are not answered yet: a member's answer waits for what is replayed. */
  #welcomes = 0;
  identity: Identity | undefined;
  watched: readonly string[] = [];
  unknownDrops = 0;
  heardAtMs = performance.now();
  readonly stream: PersonalStream;
  readonly address: string;

  constructor(webSocket: WebSocket, stream: Duplex, host: ConnectionHost, address: string) {
    this.address = address;
    this.#webSocket = webSocket;
    this.#stream = stream;
    this.#host = host;
    this.stream = new PersonalStream(host.inbox, {
      began: (cursor, resumed) => this.#welcome(cursor, resumed),
      tell: (packet, whenSent) => this.tell(packet, whenSent),
      overrun: () => this.close(CLOSE.tooSlow, 'too much came while the client caught up'),
    });
    this.#deadline = setTimeout(
      () => this.close(CLOSE.unauthenticated, 'not authenticated in time'),
      AUTHENTICATE_WITHIN_MS,
    );
    webSocket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    webSocket.on('pong', () => this.#heard());
    // ws has answered it.
    webSocket.on('ping', () => this.#floods(1));
    // ws has already closed the socket, with the code that the protocol says; there is nothing to add.
    webSocket.on('error', () => {});
    webSocket.on('close', () => this.#end());
  }

  send(message: string): void {
    this.#write(textFrame(message));
  }

  sendPacket(packet: Packet): void {
    this.#write(packet.webSocketFrame);
  }

  tell(packet: Packet, whenSent?: () => void): void {
    if (hasExpired(this.identity)) this.close(CLOSE.unauthenticated, 'the token has expired');
    else this.#write(packet.webSocketFrame, whenSent);
  }

  get unsentBytes(): number {
    return this.#stream.writableLength + this.stream.heldBytes;
  }

  isStuck(): boolean {
    return this.#outflow.isStuck(this.#stream.writableLength);
  }

  /** Writes a ready-made frame. Nothing else writes between frames: compression is off, so ws, too, writes whole frames at once. */
  #write(frame: Buffer, whenSent?: () => void): void {
    if (this.#isOver() || this.#stream.destroyed) return;
    // The peer has closed, and ws has sent the Close frame that answers it: no data may follow.
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    if (this.#stream.writableLength > this.#host.unsentBytesMax) {
      this.close(CLOSE.tooSlow, 'too much waits to be sent');
      return;
    }
    this.#outflow.wrote(frame.length);
    this.#stream.write(frame, whenSent);
  }

  close(code: number, reason: string): void {
    if (this.#isOver()) return;
    clearTimeout(this.#deadline);
    this.#state = 'closing';
    this.#webSocket.close(code, reason);
    this.#host.closing(this);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  /** Ends a socket that was silent since the last heartbeat, else sends the next one. */
  heartbeat(): void {
    if (!this.#heardSinceHeartbeat) {
      this.terminate();
      return;
    }
    this.#heardSinceHeartbeat = false;
    this.#webSocket.ping();
  }

  #isOver(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  #receive(data: Buffer, isBinary: boolean): void {
    // ws delivers what the peer sends until it has answered our Close frame; whoever was closed may not claim meanwhile.
    if (this.#isOver()) return;
    this.#heard();
    const nowMs = this.#host.nowMs();
    if (this.#floods(1)) return;
    try {
      if (isBinary) throw new MalformedMessage('frames are text');
      this.#handle(readMessage(data.toString()), nowMs);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.send(errorMessage('invalid_request', { detail: error.message }));
      this.#malformed += 1;
      if (this.#malformed === MALFORMED_MAX) this.close(CLOSE.malformed, 'malformed messages');
    }
  }

  #handle(message: ClientIn, nowMs: number): void {
    switch (message.type) {
      case 'authenticate':
        this.#authenticate(message.token, message.cursor);
        break;
      case 'ping':
        this.send(pongMessage(nowMs, this.stream.cursor));
        break;
      case 'watch':
        if (this.#state === 'waiting') this.send(errorMessage('unauthenticated'));
        else if (!this.#floods(message.dropIds.length / WATCHED_DROPS_PER_MESSAGE))
          this.#host.watch(this, message.dropIds);
        break;
      case 'claim':
        this.#claim(message.dropId, message.requestId);
        break;
    }
  }

  #authenticate(token: string | undefined, cursor: number | undefined): void {
    const identity = token === undefined ? undefined : this.#host.identify(token);
    if (token !== undefined && identity === undefined) {
      this.close(CLOSE.unauthenticated, 'the token is not valid');
      return;
    }
    const before = this.identity;
    const isSame = before?.accountId === identity?.accountId;
    if (identity !== undefined && !isSame && this.#asksTooOften(cursor)) return;
    clearTimeout(this.#deadline);
    this.identity = identity;
    this.#state = identity === undefined ? 'guest' : 'member';
    this.#host.authenticated(this, before);
    if (this.#isOver()) return;
    this.#welcomes += 1;
    if (identity === undefined) {
      this.stream.end();
      this.#welcome(null, false);
    } else if (!isSame) this.stream.begin(identity.accountId, cursor);
    // A fresh token changes nothing for the messages: they go on, or will go on when the client has caught up.
    else if (this.stream.cursor !== undefined) this.#welcome(this.stream.cursor, true);
  }

  #welcome(cursor: string | null, resumed: boolean): void {
    const { identity } = this;
    if (hasExpired(identity)) {
      this.close(CLOSE.unauthenticated, 'the token has expired');
      return;
    }
    const { heartbeatSeconds } = this.#host;
    const message = welcomeMessage(this.#host.nowMs(), { heartbeatSeconds, identity, cursor, resumed });
    for (; this.#welcomes > 0; this.#welcomes -= 1) this.send(message);
  }

  #claim(dropId: string, requestId: string): void {
    const { identity } = this;
    if (identity === undefined || hasExpired(identity)) {
      this.send(errorMessage('unauthenticated', { requestId }));
      return;
    }
    const answer = this.#host.claim(identity, dropId, requestId);
    if (answer instanceof Promise) void answer.then((settled) => this.#tellAnswer(identity, requestId, settled));
    else this.send(answerMessage(requestId, answer));
  }

  /** Not to whom the socket belongs by now, if that is somebody else: it holds their coupon's code. They ask again, and get the same answer. */
  #tellAnswer({ accountId }: Identity, requestId: string, answer: ClaimAnswer): void {
    if (this.identity?.accountId === accountId) this.tell(new Packet(answerMessage(requestId, answer)));
  }

  #heard(): void {
    this.#heardSinceHeartbeat = true;
    this.heardAtMs = performance.now();
  }

  /** Counts what the database is asked. That of a connection's first cursor is paid for by the connection. */
  #asksTooOften(cursor: number | undefined): boolean {
    if (cursor === undefined || cursor === this.#host.inbox.position) return false;
    const isFirst = !this.#hasReplayed;
    this.#hasReplayed = true;
    return !isFirst && this.#floods(MESSAGES_PER_REPLAY);
  }

  /** Counts so many messages; closes the socket and is true when they are too many for this second. By a clock that nobody sets back. */
  #floods(messages: number): boolean {
    const nowMs = performance.now();
    if (nowMs >= this.#windowEndsAtMs) {
      this.#windowEndsAtMs = nowMs + 1000;
      this.#messagesInWindow = 0;
    }
    this.#messagesInWindow += messages;
    if (this.#messagesInWindow <= this.#host.messagesPerSecond) return false;
    this.close(CLOSE.flood, 'too many messages');
    return true;
  }

  #end(): void {
    clearTimeout(this.#deadline);
    this.#state = 'closed';
    this.#host.closed(this);
  }
}
