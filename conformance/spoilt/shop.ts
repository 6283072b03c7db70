/**
 * A shop in memory that keeps to docs/socket.md, as small as the suite's own tests need it, with one rule spoilt if that is wanted: the cases of that rule must find
 * it. Passwords and tokens are in the open here; nobody sells anything with this.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ServerOptions, WebSocketServer } from 'ws';
import { type Connection, SocketConnection, StreamConnection } from './connection.ts';
import { isSpoilt, type Spoilt } from './faults.ts';

export interface ShopTimes {
  readonly tokenSeconds: number;
  readonly heartbeatSeconds: number;
  readonly authenticateMs: number;
  readonly streamPongMs: number;
  readonly keptMessages: number;
  readonly messagesPerSecond: number;
  readonly unsentBytes: number;
  readonly socketsPerUser: number;
  readonly socketsPerAddress: number;
}

interface Drop {
  readonly id: string;
  readonly stock: number;
  readonly perUserLimit: number;
  readonly opensAt: string;
  readonly waitingLine: boolean;
  granted: number;
  readonly line: string[];
}

interface Grant {
  readonly id: string;
  readonly userId: string;
  readonly body: Record<string, unknown>;
}

interface SignIn {
  readonly accountId: string;
  readonly sessionId: string;
  readonly role: string;
  readonly expiresAtMs: number;
}

const WATCHED_DROPS_MAX = 100;

export type Message = Record<string, unknown>;
type Body = Record<string, unknown>;

const NOTIFIED = 'It is yours';
const SANDBOX = { name: 'sandbox', testCards: [{ card: '4242', effect: 'succeeds' }] };

export class SpoiltShop {
  readonly times: ShopTimes;
  readonly #spoilt: Spoilt;
  readonly #servers: Server[] = [];
  readonly #open = new Set<Socket>();
  readonly connections: Connection[] = [];
  readonly #accounts = new Map<string, { id: string; password: string; role: string }>();
  readonly #tokens = new Map<string, SignIn>();
  readonly #refreshes = new Map<string, SignIn>();
  readonly #ended = new Set<string>();
  readonly #drops = new Map<string, Drop>();
  readonly #grants = new Map<string, Grant>();
  readonly #answers = new Map<string, Body>();
  readonly #messages = new Map<string, Message[]>();
  #cursor = 10;
  #dropCount = 0;
  #notifications = 0;

  static async start(nodes: number, times: ShopTimes, spoilt: Spoilt = null): Promise<SpoiltShop> {
    const shop = new SpoiltShop(times, spoilt);
    for (let node = 0; node < nodes; node += 1) await shop.#listen(node);
    return shop;
  }

  private constructor(times: ShopTimes, spoilt: Spoilt) {
    this.times = times;
    this.#spoilt = spoilt;
    this.#accounts.set('admin', { id: '1', password: 'the administrator', role: 'admin' });
  }

  get urls(): string[] {
    return this.#servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  is(fault: Spoilt): boolean {
    return isSpoilt(this.#spoilt, fault);
  }

  close(): void {
    for (const connection of [...this.connections]) connection.leave();
    for (const server of this.#servers) server.close();
    for (const socket of this.#open) socket.destroy();
  }

  async #listen(node: number): Promise<void> {
    const server = createServer((request, response) => {
      void this.#answer(request, response, node).catch(() => response.destroy());
    });
    const webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: this.is('frames of any size') ? 0 : 4096,
      skipUTF8Validation: this.is('any bytes are text'),
      closeTimeout: this.is('who does not answer a close stays') ? 30_000 : 2_000,
    } as ServerOptions);
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => {
      webSockets.handleUpgrade(request, socket, head, (webSocket) => new SocketConnection(this, node, webSocket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
  }

  // ── HTTP ──

  async #answer(request: IncomingMessage, response: ServerResponse, node: number): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://any');
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    const who = token === undefined ? undefined : this.identify(token);
    if (pathname === '/v1/events') {
      if (token !== undefined && who === undefined) return send(response, 401, { code: 'unauthenticated' });
      const watched = searchParams.get('watch')?.split(',') ?? [];
      if (watched.length > WATCHED_DROPS_MAX && !this.is('a stream of any number of drops'))
        return send(response, 400, { code: 'invalid_request' });
      const cursor = this.is('Last-Event-ID is not read') ? undefined : request.headers['last-event-id'];
      new StreamConnection(this, node, response, who, cursor as string | undefined, watched);
      return undefined;
    }
    const text = (await request.toArray()).join('');
    const body: Body = text === '' ? {} : JSON.parse(text);
    const [status, answer, headers] = this.#route(`${request.method} ${pathname}`, body, who, request);
    return send(response, status, answer, headers);
  }

  #route(
    route: string,
    body: Body,
    who: SignIn | undefined,
    request: IncomingMessage,
  ): [number, unknown, Record<string, string>?] {
    const [, dropId = ''] = /^POST \/v1\/drops\/(\d+)\/claims$/.exec(route) ?? [];
    const [, grantId = '', act = ''] = /^POST \/v1\/me\/grants\/([^/]+)\/(use|cancel|payments)$/.exec(route) ?? [];
    const [, lineOf = ''] = /^(?:PUT|DELETE) \/v1\/drops\/(\d+)\/line$/.exec(route) ?? [];
    const [, deleted = ''] = /^DELETE \/v1\/drops\/(\d+)$/.exec(route) ?? [];
    if (route === 'POST /v1/accounts') return [201, this.#signUp(body)];
    if (route === 'POST /v1/sessions') {
      const account = this.#accounts.get(String(body['login']));
      if (account === undefined || account.password !== body['password']) return [401, { code: 'bad_credentials' }];
      return this.#signedIn(account.id, account.role, randomUUID());
    }
    if (route === 'POST /v1/sessions/refresh') {
      const session = this.#refreshes.get(request.headers.cookie?.split('=')[1] ?? '');
      if (session === undefined || this.#ended.has(session.sessionId)) return [401, { code: 'session_ended' }];
      return this.#signedIn(session.accountId, session.role, session.sessionId);
    }
    if (route === 'GET /v1/payment-methods') return [200, { items: [SANDBOX] }];
    if (route === 'GET /v1/drops') return [200, { items: [], next: null }];
    if (route === 'POST /restart') return [200, this.#restart()];
    if (who === undefined) return [401, { code: 'unauthenticated' }];
    if (route === 'DELETE /v1/sessions/current') return [204, this.#signOut(who.sessionId)];
    if (route === 'POST /v1/drops') return [201, this.#newDrop(body)];
    if (dropId !== '') {
      const answer = this.claim(who.accountId, dropId, String(request.headers['idempotency-key']));
      return [answer['outcome'] === 'granted' ? 201 : 409, answer];
    }
    if (act === 'payments') return [201, this.#pay(who.accountId, grantId)];
    if (grantId !== '') return [200, this.#change(who.accountId, grantId, act)];
    if (lineOf !== '') return this.#moveLine(who.accountId, lineOf, route.startsWith('PUT'));
    if (deleted !== '') return [204, this.#deleteDrop(deleted)];
    if (route.startsWith('GET /v1/me/')) return [200, this.#own(who.accountId, route.slice('GET /v1/me/'.length))];
    return [404, { code: 'not_found' }];
  }

  #signUp({ username, password }: Body): Body {
    const id = String(this.#accounts.size + 1);
    this.#accounts.set(String(username), { id, password: String(password), role: 'buyer' });
    return { id, username, role: 'buyer' };
  }

  #signedIn(accountId: string, role: string, sessionId: string): [number, Body, Record<string, string>] {
    const signIn = { accountId, role, sessionId, expiresAtMs: Date.now() + this.times.tokenSeconds * 1000 };
    const [token, refresh] = [`${randomUUID()}${randomUUID()}`, randomUUID()];
    this.#tokens.set(token, signIn);
    this.#refreshes.set(refresh, signIn);
    const answer = { accessToken: token, expiresIn: this.times.tokenSeconds, account: { id: accountId, role } };
    return [201, answer, { 'set-cookie': `refresh=${refresh}; Path=/v1/sessions; HttpOnly` }];
  }

  #signOut(sessionId: string): null {
    this.#ended.add(sessionId);
    if (!this.is('a sign-out leaves sockets open')) {
      const isOf = (connection: Connection) => connection.identity?.sessionId === sessionId;
      for (const connection of this.connections.filter(isOf)) connection.close(4403, 'signed out');
    }
    return null;
  }

  #restart(): null {
    const code = this.is('a restart closes with 1001') ? 1001 : 1012;
    setTimeout(() => {
      for (const connection of [...this.connections]) connection.close(code, 'restarts');
    }, 100);
    return null;
  }

  identify(token: string): SignIn | undefined {
    const signIn = this.#tokens.get(token);
    return signIn && signIn.expiresAtMs > Date.now() && !this.#ended.has(signIn.sessionId) ? signIn : undefined;
  }

  // ── Drops, claims, grants ──

  #newDrop({ stock, perUserLimit, opensAt, waitingLine }: Body): Body {
    this.#dropCount += 1;
    const id = String(this.#dropCount);
    const terms = { stock: Number(stock), perUserLimit: Number(perUserLimit), opensAt: String(opensAt) };
    this.#drops.set(id, { id, ...terms, waitingLine: waitingLine === true, granted: 0, line: [] });
    return { id };
  }

  #deleteDrop(dropId: string): null {
    this.#drops.delete(dropId);
    if (!this.is('deleted drops are passed over'))
      for (const connection of this.connections) connection.dropDeleted(dropId);
    return null;
  }

  lineOf(dropId: string): readonly string[] {
    return this.#drops.get(dropId)?.line ?? [];
  }

  #moveLine(accountId: string, dropId: string, joins: boolean): [number, unknown] {
    const line = this.#drops.get(dropId)?.line ?? [];
    const place = line.indexOf(accountId);
    if (place >= 0) line.splice(place, 1);
    if (joins) line.push(accountId);
    for (const connection of this.connections) connection.lineMoved(dropId);
    return joins ? [200, { place: 'waiting' }] : [204, null];
  }

  view(dropId: string): Message | undefined {
    const drop = this.#drops.get(dropId);
    if (drop === undefined) return undefined;
    const { stock, granted, opensAt, waitingLine, line } = drop;
    return {
      ...{ type: 'drop', dropId, state: 'open', remaining: stock - granted, stock, waitingLine, waiting: line.length },
      ...{ lastGrantedArrival: granted || null, opensAt, closesAt: null, version: '1' },
      serverTime: new Date().toISOString(),
    };
  }

  claim(userId: string, dropId: string, requestId: string): Body {
    const key = this.is('each claim is a new one') ? randomUUID() : `${userId} ${dropId} ${requestId}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const drop = this.#drops.get(dropId);
    if (drop === undefined) return { code: 'drop_not_found', requestId };
    const answer = this.#decide(userId, drop, requestId);
    this.#answers.set(key, answer);
    return answer;
  }

  #decide(userId: string, drop: Drop, requestId: string): Body {
    const common = { dropId: drop.id, requestId };
    const own = [...this.#grants.values()].filter(
      (grant) => grant.userId === userId && grant.id.startsWith(`${drop.id}-`),
    );
    if (Date.parse(drop.opensAt) > Date.now()) return { outcome: 'not_open', ...common, opensAt: drop.opensAt };
    if (own.length >= drop.perUserLimit) return { outcome: 'limit_reached', ...common };
    if (drop.granted >= drop.stock) return { outcome: 'sold_out', ...common };
    drop.granted += 1;
    const id = `${drop.id}-${drop.granted}`;
    this.#grants.set(id, { id, userId, body: { id, dropId: drop.id, serial: drop.granted, state: 'valid' } });
    this.#tell(userId, { type: 'grant', because: 'granted', grant: { ...this.#grants.get(id)?.body } });
    this.#notifications += 1;
    const about = { id: String(this.#notifications), type: 'granted', data: { grantId: id } };
    this.#tell(userId, {
      type: 'notification',
      notification: this.is('a notification without its text') ? about : { ...about, text: NOTIFIED },
    });
    this.#changed(drop.id);
    return { outcome: 'granted', ...common, grantId: id, serial: drop.granted, code: `CODE-${id}` };
  }

  #pay(userId: string, grantId: string): Body {
    const payment = { id: `p${grantId}`, grantId, state: 'succeeded' };
    if (!this.is('payments are no news')) this.#tell(userId, { type: 'payment', payment });
    const grant = this.#grants.get(grantId);
    if (grant !== undefined) grant.body['state'] = 'confirmed';
    this.#tell(userId, { type: 'grant', because: 'confirmed', grant: { ...grant?.body } });
    return payment;
  }

  /** What is theirs: a coupon, a payment, or all notifications. */
  #own(userId: string, path: string): unknown {
    const [kind, id = ''] = path.split('/');
    if (kind === 'grants') return this.#grants.get(id)?.body;
    if (kind === 'payments') return { id, grantId: id.slice(1), state: 'succeeded' };
    const told = this.all(userId).flatMap(({ notification }) => (notification ? [notification as Message] : []));
    return { items: told.map((notification) => ({ ...notification, text: NOTIFIED })).toReversed() };
  }

  #change(userId: string, grantId: string, act: string): Body {
    const grant = this.#grants.get(grantId);
    if (grant === undefined) return { code: 'grant_not_found' };
    const because = act === 'use' ? 'used' : 'cancelled';
    grant.body['state'] = because;
    this.#tell(userId, { type: 'grant', because, grant: { ...grant.body } });
    return grant.body;
  }

  #changed(dropId: string): void {
    for (const connection of this.connections) connection.dropChanged(dropId);
  }

  // ── Messages ──

  /** The last number that was given out. */
  get cursor(): number {
    return this.#cursor;
  }

  writtenCursor(cursor: number): unknown {
    return this.is('cursors are numbers') ? cursor : String(cursor);
  }

  #tell(userId: string, message: Message): void {
    this.#cursor += 1;
    const numbered = { ...message, cursor: this.writtenCursor(this.#cursor) };
    this.#messages.set(userId, [...(this.#messages.get(userId) ?? []), numbered]);
    for (const connection of this.connections)
      if (connection.identity?.accountId === userId || this.is('everybody is told')) connection.tell(numbered);
  }

  /** What came after it, oldest first; undefined when that is not known any more. */
  after(userId: string, cursor: string): Message[] | undefined {
    const isNumber = /^\d{1,15}$/.test(cursor) || this.is('what is no number is the beginning');
    const from = isNumber ? Number(cursor) || 0 : Number.POSITIVE_INFINITY;
    if (from > this.#cursor) return this.is('any cursor is known') ? [] : undefined;
    const missed = (this.#messages.get(userId) ?? []).filter((message) => Number(message['cursor']) > from);
    return missed.length > this.times.keptMessages ? undefined : missed;
  }

  all(userId: string): Message[] {
    return this.#messages.get(userId) ?? [];
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}
