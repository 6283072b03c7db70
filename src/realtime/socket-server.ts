/** Takes WebSocket connections at /v1/socket, keeps them alive, and closes them in order. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Identity } from '../accounts/account.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { AccessTokens } from '../accounts/tokens.ts';
import type { Admission } from '../claims/admission.ts';
import { CLOSE, Connection, type ConnectionHost, HEARTBEAT_SECONDS } from './connection.ts';
import type { LiveView } from './live-view.ts';

const SOCKET_PATH = '/v1/socket';
const MESSAGE_BYTES_MAX = 4096;
const FAREWELL_MS = 3_000;
/** Heartbeats go round in this many parts, so that ten thousand pings don't leave in one turn. */
const HEARTBEAT_PARTS = 30;

export interface SocketServerParts {
  readonly admission: Admission;
  readonly tokens: AccessTokens;
  readonly sessions: Sessions;
  readonly liveView: LiveView;
  readonly nowMs: () => number;
  readonly httpsRequired: boolean;
  /** Whether the request came over HTTPS, by its connection or by the word of the trusted proxy. */
  readonly isSecure: (request: IncomingMessage) => boolean;
  readonly socketsMax: number;
  readonly messagesPerSecond: number;
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
  });
  readonly #connections = new Set<Connection>();
  readonly #bySession = new Map<string, Set<Connection>>();
  readonly #byUser = new Map<string, Set<Connection>>();
  #heartbeat: NodeJS.Timeout | undefined;
  #closing = false;
  #part = 0;
  #taken = 0;

  constructor(parts: SocketServerParts) {
    this.#parts = parts;
    parts.sessions.onEnded((sessionId) => {
      for (const connection of this.#bySession.get(sessionId) ?? [])
        connection.close(CLOSE.sessionEnded, 'the session has ended');
    });
  }

  get size(): number {
    return this.#connections.size;
  }

  get messagesPerSecond(): number {
    return this.#parts.messagesPerSecond;
  }

  /** What asks for anything but a WebSocket at our path goes on to the routes, as if it had not asked: `Upgrade: h2c` is an offer, not a demand. */
  attach(server: HttpServer): void {
    Object.assign(server, { shouldUpgradeCallback: asksForOurSocket });
    server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
    this.#heartbeat = setInterval(() => this.#beat(), (HEARTBEAT_SECONDS * 1000) / HEARTBEAT_PARTS).unref();
  }

  /** Says goodbye to everyone, and after a while does not wait any longer. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    for (const connection of this.#connections) connection.close(CLOSE.restart, 'the server restarts: reconnect');
    const deadlineMs = Date.now() + FAREWELL_MS;
    while (this.#connections.size > 0 && Date.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const connection of this.#connections) connection.terminate();
  }

  /** Sends a message to all sockets that this person has open here. */
  tellUser(userId: string, message: string): void {
    for (const connection of this.#byUser.get(userId) ?? []) connection.send(message);
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
    this.#forget(connection, before);
    const { identity } = connection;
    if (identity === undefined) return;
    enter(this.#bySession, identity.sessionId, connection);
    enter(this.#byUser, identity.accountId, connection);
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection);
    this.#forget(connection, connection.identity);
    this.#parts.liveView.leave(connection);
  }

  #forget(connection: Connection, identity: Identity | undefined): void {
    if (identity === undefined) return;
    leave(this.#bySession, identity.sessionId, connection);
    leave(this.#byUser, identity.accountId, connection);
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // From here on the stream is ours: an error on it that nobody hears would end the process.
    stream.on('error', () => {});
    if (this.#parts.httpsRequired && !this.#parts.isSecure(request)) {
      stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () => stream.destroy());
      return;
    }
    this.#webSockets.handleUpgrade(request, stream, head, (webSocket) => {
      if (this.#closing || this.#connections.size >= this.#parts.socketsMax) {
        webSocket.on('error', () => {});
        webSocket.close(this.#closing ? CLOSE.restart : CLOSE.full, 'no room for this socket');
        return;
      }
      this.#taken += 1;
      this.#connections.add(new Connection(webSocket, stream, this, this.#taken % HEARTBEAT_PARTS));
    });
  }

  #beat(): void {
    this.#part = (this.#part + 1) % HEARTBEAT_PARTS;
    for (const connection of this.#connections) if (connection.heartbeatPart === this.#part) connection.heartbeat();
  }
}

function enter(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const connections = index.get(key);
  if (connections === undefined) index.set(key, new Set([connection]));
  else connections.add(connection);
}

function leave(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const connections = index.get(key);
  connections?.delete(connection);
  if (connections?.size === 0) index.delete(key);
}
