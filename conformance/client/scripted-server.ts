/**
 * A server that does what a table says, connection after connection, and writes down all that a client does. It keeps to docs/socket.md where the table does not
 * say otherwise: `welcome` for `authenticate`, `drop` for `watch`, `pong` for `ping`, an outcome for a claim.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the server does with one connection. */
export interface Turn {
  /** This status in the place of the upgrade, or of the stream. */
  readonly refuses?: number;
  /** Members that differ from what is expected; false: none is said. */
  readonly welcome?: object | false;
  /** After `welcome`. */
  readonly says?: readonly object[];
  /** At last: with this code, or without a word. */
  readonly closes?: number | 'cut';
  /** Counted from the last word, or from the opening if there is none. */
  readonly closesAfterMs?: number;
  /** `first-ping`: only when that has been answered. */
  readonly closesOn?: 'first-ping' | 'claim';
  /** Says nothing after `says`, whatever it hears: as a server that is dead. */
  readonly isSilent?: boolean;
  readonly ignoresClaims?: boolean;
  readonly pong?: object;
}

/** One turn per connection; the last one is repeated. */
export interface Script {
  readonly sockets: readonly [Turn, ...Turn[]];
  /** Without: there are no event streams here (404). */
  readonly streams?: readonly [Turn, ...Turn[]];
}

export interface Received {
  readonly atMs: number;
  readonly message: Readonly<Record<string, unknown>>;
}

export interface Connection {
  readonly kind: 'socket' | 'stream';
  readonly atMs: number;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly frames: Received[];
  welcomedAtMs: number | undefined;
  /** Refused, closed or left; by whom is for the script to know. */
  endedAtMs: number | undefined;
}

export interface GivenToken {
  readonly atMs: number;
  readonly token: string;
}

export interface ClaimRequest {
  readonly atMs: number;
  readonly way: 'socket' | 'http';
  readonly dropId: string;
  readonly requestId: string;
}

export const ACCOUNT_ID = '7';
export const FIRST_CURSOR = '40';

export class ScriptedServer {
  readonly connections: Connection[] = [];
  readonly tokens: GivenToken[] = [];
  readonly claims: ClaimRequest[] = [];
  readonly #script: Script;
  readonly #http = createServer((request, response) => this.#answer(request, response));
  readonly #webSockets = new WebSocketServer({ noServer: true });
  readonly #open = new Set<Socket>();
  #turns = { socket: 0, stream: 0 };
  #port = 0;

  static async start(script: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    server.#port = (server.#http.address() as AddressInfo).port;
    return server;
  }

  private constructor(script: Script) {
    this.#script = script;
    this.#http.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get sockets(): Connection[] {
    return this.connections.filter(({ kind }) => kind === 'socket');
  }

  get streams(): Connection[] {
    return this.connections.filter(({ kind }) => kind === 'stream');
  }

  close(): void {
    this.#http.close();
    for (const socket of this.#open) socket.destroy();
  }

  #turn(kind: 'socket' | 'stream'): Turn {
    const turns = kind === 'socket' ? this.#script.sockets : (this.#script.streams ?? [{ refuses: 404 }]);
    const turn = turns[Math.min(this.#turns[kind], turns.length - 1)] ?? {};
    this.#turns[kind] += 1;
    return turn;
  }

  #opened(kind: 'socket' | 'stream', { url = '', headers }: IncomingMessage): Connection {
    const connection: Connection = {
      ...{ kind, url, headers, atMs: Date.now(), frames: [], welcomedAtMs: undefined, endedAtMs: undefined },
    };
    this.connections.push(connection);
    return connection;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    if (request.url?.split('?')[0] !== '/v1/socket') {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const turn = this.#turn('socket');
    const connection = this.#opened('socket', request);
    if (turn.refuses !== undefined) {
      connection.endedAtMs = Date.now();
      socket.end(`HTTP/1.1 ${turn.refuses} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, connection, turn));
  }

  #serve(webSocket: WebSocket, connection: Connection, turn: Turn): void {
    const end = () => {
      if (connection.endedAtMs !== undefined || turn.closes === undefined) return;
      connection.endedAtMs = Date.now();
      if (turn.closes === 'cut') webSocket.terminate();
      else webSocket.close(turn.closes);
    };
    const endSoon = () => setTimeout(end, turn.closesAfterMs ?? 0);
    const say = (message: object) => webSocket.send(JSON.stringify(message));
    webSocket.on('error', () => {});
    webSocket.on('close', () => {
      connection.endedAtMs ??= Date.now();
    });
    if (turn.welcome === false && turn.closesOn === undefined) endSoon();
    webSocket.on('message', (data) => {
      if (connection.endedAtMs !== undefined) return;
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      connection.frames.push({ atMs: Date.now(), message });
      if (message['type'] === 'authenticate') {
        if (turn.welcome === false) return;
        say(welcome(message['token'] !== undefined, message['cursor'], turn.welcome));
        connection.welcomedAtMs ??= Date.now();
        for (const each of turn.says ?? []) say(each);
        if (turn.closesOn === undefined) endSoon();
        return;
      }
      if (message['type'] === 'claim') {
        this.#claimed('socket', message);
        if (turn.closesOn === 'claim') endSoon();
        if (turn.ignoresClaims) return;
      }
      if (turn.isSilent) return;
      for (const answer of answers(message, turn)) say(answer);
      if (message['type'] === 'ping' && turn.closesOn === 'first-ping') endSoon();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?')[0] ?? '';
    const claim = /^\/v1\/drops\/([^/]+)\/claims$/.exec(path);
    if (path === '/v1/events') this.#stream(request, response);
    else if (path === '/token' && request.method === 'POST') {
      const token = `token-${this.tokens.length + 1}-${Math.random().toString(36).slice(2)}`;
      this.tokens.push({ atMs: Date.now(), token });
      sendJson(response, 200, { accessToken: token, expiresIn: 900, account: { id: ACCOUNT_ID } });
    } else if (claim !== null && request.method === 'POST') {
      const message = { dropId: claim[1], requestId: request.headers['idempotency-key'] };
      this.#claimed('http', message);
      sendJson(response, 201, outcome(message));
    } else sendJson(response, 404, { code: 'not_found' });
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    const turn = this.#turn('stream');
    const connection = this.#opened('stream', request);
    response.once('close', () => {
      connection.endedAtMs ??= Date.now();
    });
    if (turn.refuses !== undefined) {
      connection.endedAtMs = Date.now();
      sendJson(response, turn.refuses, { code: 'refused' });
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const say = (message: object) => {
      const { cursor } = message as { cursor?: unknown };
      response.write(`${typeof cursor === 'string' ? `id: ${cursor}\n` : ''}data: ${JSON.stringify(message)}\n\n`);
    };
    const { authorization, 'last-event-id': cursor } = request.headers;
    if (turn.welcome !== false) {
      say(welcome(authorization !== undefined, cursor, turn.welcome));
      connection.welcomedAtMs = Date.now();
    }
    for (const id of watchedIn(request.url ?? '')) say(drop(id));
    for (const message of turn.says ?? []) say(message);
    if (turn.closes === undefined) return;
    setTimeout(() => {
      connection.endedAtMs ??= Date.now();
      if (turn.closes === 'cut') response.destroy();
      else
        response.end(`event: close\ndata: ${JSON.stringify({ code: turn.closes, reason: 'as the script says' })}\n\n`);
    }, turn.closesAfterMs ?? 0);
  }

  #claimed(way: 'socket' | 'http', { dropId, requestId }: Record<string, unknown>): void {
    this.claims.push({ atMs: Date.now(), way, dropId: String(dropId), requestId: String(requestId) });
  }
}

export function watchedIn(url: string): string[] {
  const watch = new URL(url, 'http://any').searchParams.get('watch');
  return watch ? watch.split(',') : [];
}

function welcome(isMember: boolean, cursor: unknown, change: object = {}): object {
  return {
    type: 'welcome',
    serverTime: new Date().toISOString(),
    heartbeatSeconds: 30,
    account: isMember ? { id: ACCOUNT_ID, role: 'buyer' } : null,
    cursor: isMember ? (typeof cursor === 'string' ? cursor : FIRST_CURSOR) : null,
    resumed: isMember && typeof cursor === 'string',
    ...(isMember ? change : {}),
  };
}

function answers(message: Readonly<Record<string, unknown>>, turn: Turn): object[] {
  switch (message['type']) {
    case 'watch':
      return (message['dropIds'] as string[]).map((id) => drop(id));
    case 'ping':
      return [{ type: 'pong', serverTime: new Date().toISOString(), ...turn.pong }];
    case 'claim':
      return [{ type: 'outcome', ...outcome(message) }];
    default:
      return [];
  }
}

export function drop(dropId: string, remaining = 100): object {
  return {
    ...{ type: 'drop', dropId, state: 'open', remaining, stock: 100, waitingLine: false, waiting: 0 },
    ...{ lastGrantedArrival: null, opensAt: '2026-01-01T00:00:00.000Z', closesAt: null },
    serverTime: new Date().toISOString(),
  };
}

/** A message of the person, of one of the three types. */
export function news(cursor: number, type: 'grant' | 'payment' | 'notification' = 'grant'): object {
  const at = '2026-01-01T00:00:00.000Z';
  const grant = {
    ...{ id: `7-${cursor}`, kind: 'coupon', dropId: '7', title: 'Conformance', imageUrl: null, serial: cursor },
    ...{ arrival: cursor, state: 'valid', grantedAt: at, code: 'CODE', validUntil: at, discount: { percent: 10 } },
    ...{ holdUntil: null, price: null, currency: null, settledAt: null, reference: null, paying: false },
  };
  const payment = { id: String(cursor), grantId: '7-1', state: 'succeeded', amount: 1, currency: 'KRW', createdAt: at };
  const notification = {
    ...{ id: String(cursor), type: 'granted', title: 'Conformance', text: 'A coupon', path: '/', toldAt: at },
    ...{ readAt: null, data: { dropId: '7', title: 'Conformance', grantId: `7-${cursor}` } },
  };
  const body = { grant: { because: 'granted', grant }, payment: { payment }, notification: { notification } };
  return { type, cursor: String(cursor), ...body[type] };
}

function outcome({ dropId, requestId }: Readonly<Record<string, unknown>>): object {
  return { requestId, dropId, outcome: 'granted', grantId: '7-1', serial: 1, arrival: 1, code: 'CODE' };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
