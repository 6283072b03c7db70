/** Takes WebSocket connections at /v1/socket, keeps them alive, and closes them in order. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Identity } from '../accounts/account.ts';
import type { AccessTokens } from '../accounts/tokens.ts';
import type { Admission } from '../claims/admission.ts';
import { networkOf } from '../http/client-network.ts';
import { clientAddress } from './client-address.ts';
import { Connection, type ConnectionHost } from './connection.ts';
import type { Hub } from './hub.ts';
import { CLOSE, SLOW_FAREWELL_MS } from './listener.ts';
import type { LiveView } from './live-view.ts';
import type { StreamSource } from './personal-stream.ts';

const SOCKET_PATH = '/v1/socket';
const MESSAGE_BYTES_MAX = 4096;
const FAREWELL_MS = 3_000;
const BEAT_EVERY_MS = 1_000;
/** Who is turned away while so many others still are is not told why. */
const TURNED_AWAY_MAX = 1_000;

export interface SocketServerParts {
  readonly admission: Admission;
  readonly tokens: AccessTokens;
  readonly liveView: LiveView;
  readonly hub: Hub;
  readonly inbox: StreamSource;
  readonly nowMs: () => number;
  readonly httpsRequired: boolean;
  /** Whether the request came over HTTPS, by its connection or by the word of the trusted proxy. */
  readonly isSecure: (request: IncomingMessage) => boolean;
  /** How many proxies stand in front. */
  readonly proxies: number;
  readonly messagesPerSecond: number;
  readonly unsentBytesMax: number;
  readonly heartbeatSeconds: number;
}

function asksForOurSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket' && request.url?.split('?', 1)[0] === SOCKET_PATH;
}

export class SocketServer implements ConnectionHost {
  readonly #parts: SocketServerParts;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
    clientTracking: false,
    // Of whoever does not answer a Close frame, or does not go after answering one.
    closeTimeout: SLOW_FAREWELL_MS,
  } as ServerOptions);
  /** In as many parts as a heartbeat has seconds, so that ten thousand pings don't leave in one turn. */
  readonly #rounds: readonly Set<Connection>[];
  readonly messagesPerSecond: number;
  readonly unsentBytesMax: number;
  readonly heartbeatSeconds: number;
  readonly inbox: StreamSource;
  #beats: NodeJS.Timeout | undefined;
  #round = 0;
  #taken = 0;
  #turnedAway = 0;

  constructor(parts: SocketServerParts) {
    this.#parts = parts;
    this.messagesPerSecond = parts.messagesPerSecond;
    this.unsentBytesMax = parts.unsentBytesMax;
    this.heartbeatSeconds = parts.heartbeatSeconds;
    this.inbox = parts.inbox;
    this.#rounds = Array.from({ length: parts.heartbeatSeconds }, () => new Set<Connection>());
  }

  /** What asks for anything but a WebSocket at our path goes on to the routes, as if it had not asked: `Upgrade: h2c` is an offer, not a demand. */
  attach(server: HttpServer): void {
    Object.assign(server, { shouldUpgradeCallback: asksForOurSocket });
    server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
    this.#beats = setInterval(() => this.#beat(), BEAT_EVERY_MS).unref();
  }

  /** After the hub has said goodbye: waits for the answers, and after a while does not wait any longer. */
  async close(): Promise<void> {
    clearInterval(this.#beats);
    const open = () => this.#rounds.some(({ size }) => size > 0);
    const deadlineMs = Date.now() + FAREWELL_MS;
    while (open() && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const round of this.#rounds) for (const connection of round) connection.terminate();
  }

  nowMs(): number {
    return this.#parts.nowMs();
  }

  identify(token: string): Identity | undefined {
    return this.#parts.tokens.identify(token);
  }

  claim(identity: Identity, dropId: string, requestId: string) {
    return this.#parts.admission.claim({ dropId, requestId, userId: identity.accountId });
  }

  watch(connection: Connection, dropIds: readonly string[]): void {
    this.#parts.liveView.watch(connection, dropIds);
  }

  authenticated(connection: Connection, before: Identity | undefined): void {
    this.#parts.hub.identified(connection, before);
  }

  closing(connection: Connection): void {
    this.#parts.hub.retire(connection);
  }

  closed(connection: Connection): void {
    for (const round of this.#rounds) round.delete(connection);
    this.#parts.hub.leave(connection);
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // From here on the stream is ours: an error on it that nobody hears would end the process.
    stream.on('error', () => {});
    const { httpsRequired, isSecure, hub, proxies } = this.#parts;
    if (httpsRequired && !isSecure(request)) {
      stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () => stream.destroy());
      return;
    }
    const address = networkOf(clientAddress(request, proxies));
    const refusal = hub.refusal(address);
    if (refusal !== undefined && this.#turnedAway >= TURNED_AWAY_MAX) {
      stream.destroy();
      return;
    }
    this.#webSockets.handleUpgrade(request, stream, head, (webSocket) => {
      if (refusal !== undefined) {
        this.#turnAway(webSocket, refusal);
        return;
      }
      const connection = new Connection(webSocket, stream, this, address);
      this.#taken += 1;
      this.#rounds[this.#taken % this.#rounds.length]?.add(connection);
      hub.enter(connection);
    });
  }

  #turnAway(webSocket: WebSocket, code: number): void {
    this.#turnedAway += 1;
    webSocket.on('error', () => {});
    webSocket.on('close', () => {
      this.#turnedAway -= 1;
    });
    webSocket.close(code, code === CLOSE.full ? 'no room for this socket' : 'the server restarts');
  }

  #beat(): void {
    this.#round = (this.#round + 1) % this.#rounds.length;
    for (const connection of this.#rounds[this.#round] ?? []) connection.heartbeat();
  }
}
