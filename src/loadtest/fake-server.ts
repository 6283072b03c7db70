/**
 * For tests: a server that speaks the contract from memory, deciding claim by claim, and can be told to misbehave on the
 * way to the answer (which a client must survive) or in the ledger itself (which the history check must see).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { FakeLedger, type Lie } from './fake-ledger.ts';
import { FakeLives } from './whole-sale/fake-lives.ts';

/** What happens to one sending of a claim. `lost`, `silent` and `queued` come after the ledger has taken it, `dropped` before. */
export type Fault = 'none' | 'busy' | 'dropped' | 'lost' | 'silent' | 'queued' | 'failed' | 'rubbish';

const takingFaults: readonly Fault[] = ['none', 'lost', 'silent', 'queued', 'rubbish'];
const queuedForMs = 30;

export interface Misbehaviour {
  /** `sending` counts from 0 for each request. */
  readonly fault?: (requestId: string, sending: number) => Fault;
  /** Of the calls that follow a claim: `busy`, or `lost` after it was done. `sending` counts from 0 for each call of each user. */
  readonly callFault?: (call: string, sending: number) => 'none' | 'busy' | 'lost';
  readonly lie?: Lie;
  readonly withoutLoadtest?: boolean;
}

export class FakeServer {
  readonly ledger: FakeLedger;
  readonly lives: FakeLives;
  readonly url: URL;
  readonly #misbehaviour: Misbehaviour;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #socketsOf = new Map<string, Set<WebSocket>>();
  readonly #sendings = new Map<string, number>();

  /** With the ledger of another one: two gateways of one shop. */
  static async start(misbehaviour: Misbehaviour = {}, other?: FakeServer): Promise<FakeServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeServer(server, misbehaviour, other);
  }

  private constructor(server: Server, misbehaviour: Misbehaviour, other: FakeServer | undefined) {
    this.#server = server;
    this.#misbehaviour = misbehaviour;
    this.ledger = other?.ledger ?? new FakeLedger(misbehaviour.lie ?? 'none');
    this.lives = other?.lives ?? new FakeLives(this.ledger);
    const tellOthers = this.lives.tell;
    this.lives.tell = (userId, message) => {
      tellOthers(userId, message);
      for (const socket of this.#socketsOf.get(userId) ?? []) socket.send(JSON.stringify(message));
    };
    this.url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    this.#sockets = new WebSocketServer({ server, path: '/v1/socket' });
    this.#sockets.on('connection', (socket) => this.#serveSocket(socket));
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** Every socket is lost at once. */
  dropSockets(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async close(): Promise<void> {
    this.lives.close();
    this.dropSockets();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
    const user = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const call = `${request.method} ${request.url}`;
    const claim = /^POST \/v1\/drops\/(\d+)\/claims$/.exec(call);
    const known = /^GET \/v1\/drops\/\d+\/claims\/(.+)$/.exec(call);
    if (claim) return this.#claimOverHttp(user, String(request.headers['idempotency-key']), request, response);
    if (known) return reply(response, ...answerOf(this.ledger.find(user, known[1] ?? '')));
    if (call === 'POST /v1/sessions') return reply(response, 201, { accessToken: 'administrator', expiresIn: 900 });
    if (call === 'POST /v1/drops') return reply(response, 201, this.ledger.open(body));
    if (call === 'POST /v1/loadtest/accounts' && !this.#misbehaviour.withoutLoadtest) {
      const items = Array.from({ length: body.count }, (_, index) => `${body.prefix}${index}`);
      return reply(response, 201, { items: items.map((id) => ({ id, username: id, accessToken: id })) });
    }
    if (/^GET \/v1\/drops\/\d+$/.test(call)) return reply(response, 200, { serverTime: new Date().toISOString() });
    if (call.endsWith('/ledger')) return void response.end(this.ledger.export());
    if (call === 'GET /livez') return reply(response, 200, {});
    const key = String(request.headers['idempotency-key']);
    const fault = this.#nextCallFault(user, call);
    const answer = fault === 'busy' ? undefined : this.lives.answer(user, call, key, body);
    if (fault === 'busy') return reply(response, 503, { code: 'overloaded' }, { 'retry-after': '0' });
    if (fault === 'lost') return void request.socket.destroy();
    if (answer !== undefined) return reply(response, ...answer);
    return reply(response, 404, { code: 'not_found' });
  }

  #claimOverHttp(user: string, requestId: string, request: IncomingMessage, response: ServerResponse): void {
    const fault = this.#nextFault(requestId);
    const taken = takingFaults.includes(fault) ? this.ledger.claim(user, requestId) : undefined;
    if (fault === 'busy') reply(response, 503, { code: 'overloaded' }, { 'retry-after': '0' });
    else if (fault === 'queued') reply(response, 202, { claim: 'there', requestId }, { 'retry-after': '0' });
    else if (fault === 'failed') reply(response, 500, { code: 'internal' });
    else if (fault === 'dropped' || fault === 'lost') request.socket.destroy();
    else if (fault === 'rubbish') request.socket.end('something else entirely\r\n\r\n');
    else if (fault === 'none') reply(response, ...answerOf(taken));
  }

  #serveSocket(socket: WebSocket): void {
    let user = '';
    socket.on('close', () => this.#socketsOf.get(user)?.delete(socket));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'authenticate') {
        user = message.token;
        this.#socketsOf.set(user, (this.#socketsOf.get(user) ?? new Set()).add(socket));
        socket.send(JSON.stringify({ type: 'welcome', serverTime: new Date().toISOString(), heartbeatSeconds: 30 }));
      }
      if (message.type === 'watch') socket.send(JSON.stringify({ type: 'drop', dropId: '7' }));
      if (message.type === 'claim') this.#claimOverSocket(user, message.requestId, socket);
    });
  }

  #claimOverSocket(user: string, requestId: string, socket: WebSocket): void {
    const fault = this.#nextFault(requestId);
    const taken = takingFaults.includes(fault) ? this.ledger.claim(user, requestId) : undefined;
    const send = (message: object) => socket.send(JSON.stringify(message));
    if (fault === 'busy') send({ type: 'error', code: 'overloaded', requestId, retryAfterSeconds: 0 });
    else if (fault === 'queued') {
      send({ type: 'queued', requestId, claim: 'there' });
      setTimeout(() => send({ type: 'outcome', ...taken }), queuedForMs);
    } else if (fault === 'failed') send({ type: 'error', code: 'internal', requestId });
    else if (fault === 'dropped') socket.close(1012);
    else if (fault === 'lost') socket.terminate();
    else if (fault === 'rubbish') socket.send('something else entirely');
    else if (fault === 'none') send({ type: 'outcome', ...taken });
  }

  #nextFault(requestId: string): Fault {
    return this.#misbehaviour.fault?.(requestId, this.#sending(requestId)) ?? 'none';
  }

  #nextCallFault(user: string, call: string): 'none' | 'busy' | 'lost' {
    return this.#misbehaviour.callFault?.(call, this.#sending(`${user} ${call}`)) ?? 'none';
  }

  #sending(of: string): number {
    const sending = this.#sendings.get(of) ?? 0;
    this.#sendings.set(of, sending + 1);
    return sending;
  }
}

function answerOf(answer: Record<string, unknown> | undefined): [number, object] {
  if (answer === undefined) return [404, { code: 'claim_not_found' }];
  return answer['outcome'] === 'granted'
    ? [201, answer]
    : [answer['outcome'] === 'not_open' ? 425 : 409, { ...answer, code: answer['outcome'] }];
}

function reply(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  if (status === 204) return void response.writeHead(status).end();
  const json = JSON.stringify(body);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(json) }).end(json);
}
