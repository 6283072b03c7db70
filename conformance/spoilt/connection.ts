/** The connections of the shop in memory. */
import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import type { Message, SpoiltShop } from './shop.ts';

const MALFORMED_MAX = 3;
const UNKNOWN_DROPS_MAX = 200;
const CHANGE_EVERY_MS = 200;

type Identity = NonNullable<ReturnType<SpoiltShop['identify']>>;

export abstract class Connection {
  protected readonly shop: SpoiltShop;
  readonly node: number;
  identity: Identity | undefined;
  protected isWelcomed = false;
  protected isOver = false;
  heardAtMs = performance.now();
  #watched: readonly string[] = [];
  readonly #shownAtMs = new Map<string, number>();
  readonly #places = new Map<string, number | null>();
  #unknownDrops = 0;
  #told: Message | undefined;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(shop: SpoiltShop, node: number) {
    this.shop = shop;
    this.node = node;
    shop.connections.push(this);
    const ofNode = shop.connections.filter((connection) => connection.node === node).length;
    const isCounted = !this.isStream || !shop.is('any number of streams from an address');
    if (isCounted && ofNode > shop.times.socketsPerAddress) setImmediate(() => this.close(1013, 'full'));
  }

  protected get isStream(): boolean {
    return false;
  }

  protected abstract write(message: Message): void;
  protected abstract end(code: number, reason: string): void;

  close(code: number, reason: string): void {
    if (this.isOver) return;
    this.end(code, reason);
    this.leave();
  }

  leave(): void {
    this.isOver = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    const place = this.shop.connections.indexOf(this);
    if (place >= 0) this.shop.connections.splice(place, 1);
  }

  protected after(name: string, milliseconds: number, act: () => void): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(act, milliseconds));
  }

  say(message: Message): void {
    if (!this.isOver) this.write(message);
  }

  tell(message: Message): void {
    const { identity } = this;
    // A timer may be late.
    if (identity && identity.expiresAtMs <= Date.now() && !this.shop.is('tokens last for ever')) {
      this.close(4401, 'the token has expired');
      return;
    }
    const place = this.shop.connections.findIndex(({ identity }) => identity?.accountId === this.identity?.accountId);
    const isFirst = this.shop.connections[place] === this;
    if (!isFirst && this.shop.is('the second connection misses one') && message['because'] === 'used') return;
    this.#told = message;
    this.say(message);
    if (!isFirst && this.shop.is('the second connection hears twice')) this.say(message);
  }

  welcome(identity: Identity | undefined, cursor: string | undefined): void {
    const { shop } = this;
    const before = this.identity;
    const isSame = before !== undefined && before.accountId === identity?.accountId;
    if (!(before !== undefined && shop.is('the first account is the account'))) this.identity = identity;
    this.isWelcomed = true;
    const goesBack = !isSame || shop.is('a fresh token goes back to its cursor');
    const missed = identity && cursor !== undefined && goesBack ? shop.after(identity.accountId, cursor) : undefined;
    const isMember = identity !== undefined && !shop.is('a member is welcomed as nobody');
    const begins = missed === undefined ? shop.cursor : Number(cursor);
    this.say({
      ...{ type: 'welcome', serverTime: new Date().toISOString(), heartbeatSeconds: shop.times.heartbeatSeconds },
      account: isMember ? { id: identity.accountId, role: identity.role } : null,
      cursor: identity === undefined ? null : shop.writtenCursor(begins),
      resumed: missed !== undefined,
    });
    if (identity === undefined) return;
    if (!shop.is('tokens last for ever'))
      this.after('token', identity.expiresAtMs - Date.now(), () => this.close(4401, 'the token has expired'));
    const told = shop.is('who is new hears everything') ? shop.all(identity.accountId) : (missed ?? []);
    if (!shop.is('nothing is kept'))
      for (const message of shop.is('newest first') ? told.toReversed() : told) this.say(message);
    if (isSame && shop.is('a fresh token repeats the last message') && this.#told) this.say(this.#told);
    if (isSame && shop.is('a fresh token forgets what is watched')) this.#watched = [];
    if (!isSame) this.#makeRoom(identity.accountId);
  }

  #makeRoom(accountId: string): void {
    const own = this.shop.connections.filter(
      ({ identity, node }) => identity?.accountId === accountId && node === this.node,
    );
    if (own.length <= this.shop.times.socketsPerUser || this.shop.is('any number of connections')) return;
    const [quietest] = own.filter((one) => one !== this).toSorted((a, b) => a.heardAtMs - b.heardAtMs);
    (this.shop.is('the newest is closed') ? this : quietest)?.close(4409, 'too many');
  }

  watch(dropIds: readonly string[]): void {
    this.#watched = [...new Set(dropIds)];
    for (const dropId of this.#watched) {
      const view = this.shop.view(dropId);
      if (view !== undefined) this.say(view);
      else this.#unknown(dropId);
      this.lineMoved(dropId);
    }
  }

  #unknown(dropId: string): void {
    this.#unknownDrops += 1;
    if (this.#unknownDrops > UNKNOWN_DROPS_MAX && !this.shop.is('unknown drops without end'))
      this.close(4429, 'too many unknown drops');
    else if (!this.shop.is('unknown drops are passed over'))
      this.say({ type: 'error', code: 'drop_not_found', dropId });
  }

  dropDeleted(dropId: string): void {
    if (this.#watched.includes(dropId)) this.#unknown(dropId);
  }

  /** Tells of the place in the line, if it is another one than before. */
  lineMoved(dropId: string): void {
    const { shop, identity } = this;
    if (identity === undefined || !this.#watched.includes(dropId) || shop.is('a place in the line is no news')) return;
    const line = shop.lineOf(dropId);
    const position = line.indexOf(identity.accountId) + 1 || null;
    if (position === (this.#places.get(dropId) ?? null)) return;
    this.#places.set(dropId, position);
    if (position === null && shop.is('who leaves the line is not told')) return;
    this.say({ type: 'line', dropId, position, waiting: line.length });
  }

  dropChanged(dropId: string): void {
    if (!this.#watched.includes(dropId) && !(this.isWelcomed && this.shop.is('every drop is watched'))) return;
    const show = () => {
      this.#shownAtMs.set(dropId, performance.now());
      this.say(this.shop.view(dropId) ?? {});
    };
    const waitMs = (this.#shownAtMs.get(dropId) ?? 0) + CHANGE_EVERY_MS - performance.now();
    if (waitMs <= 0 || this.shop.is('every change at once')) show();
    else this.after(`drop ${dropId}`, waitMs, show);
  }

  pong(): void {
    const isMember = this.identity !== undefined;
    const cursor = this.shop.cursor + (this.shop.is('a pong’s cursor is one too high') ? 1 : 0);
    const pong = { type: 'pong', serverTime: new Date().toISOString() };
    this.say(isMember ? { ...pong, cursor: this.shop.writtenCursor(cursor) } : pong);
  }
}

export class SocketConnection extends Connection {
  readonly #webSocket: WebSocket;
  #malformed = 0;
  #windowEndsAtMs = 0;
  #inWindow = 0;
  #answered = true;
  #hasAsked = false;

  constructor(shop: SpoiltShop, node: number, webSocket: WebSocket) {
    super(shop, node);
    this.#webSocket = webSocket;
    if (!shop.is('who says nothing stays'))
      this.after('authenticate', shop.times.authenticateMs, () => this.close(4401, 'not authenticated in time'));
    webSocket.on('error', () => {});
    webSocket.on('close', () => this.leave());
    webSocket.on('pong', () => {
      this.#answered = true;
    });
    webSocket.on('ping', () => {
      if (!shop.is('WebSocket pings cost nothing')) this.#floods(1);
    });
    webSocket.on('message', (data: Buffer, isBinary) => this.#hear(data.toString(), isBinary));
    if (!shop.is('no pings')) this.#heartbeat();
  }

  protected write(message: Message): void {
    this.#webSocket.send(JSON.stringify(message));
    if (this.#webSocket.bufferedAmount > this.shop.times.unsentBytes && !this.shop.is('everything waits')) {
      this.leave();
      this.#webSocket.terminate();
    }
  }

  protected end(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  #heartbeat(): void {
    this.after('heartbeat', this.shop.times.heartbeatSeconds * 1000, () => {
      if (!this.#answered && !this.shop.is('who does not answer stays')) {
        this.leave();
        this.#webSocket.terminate();
        return;
      }
      this.#answered = false;
      this.#webSocket.ping();
      this.#heartbeat();
    });
  }

  #hear(text: string, isBinary: boolean): void {
    if (this.isOver || this.#floods(1)) return;
    this.heardAtMs = performance.now();
    const message = isBinary ? undefined : read(text);
    if (message === undefined) this.#isMalformed();
    else this.#handle(message);
  }

  #isMalformed(): void {
    const { shop } = this;
    this.#malformed += 1;
    if (!shop.is('a malformed message is passed over'))
      this.say({ type: 'error', code: 'invalid_request', detail: '' });
    if (this.#malformed === MALFORMED_MAX && !shop.is('malformed for ever')) this.close(4400, 'malformed');
  }

  #handle(message: Message): void {
    const { shop } = this;
    const { type, token, cursor, requestId } = message;
    const isEarly = !this.isWelcomed && !(type === 'watch' && shop.is('who has not authenticated may watch'));
    if (type === 'authenticate') this.#authenticate(token as string | undefined, cursor as string | undefined);
    else if (type === 'ping') {
      if (shop.is('late pongs')) this.after(`pong ${Math.random()}`, 1_400, () => this.pong());
      else this.pong();
    } else if (isEarly) this.say({ type: 'error', code: 'unauthenticated', ...(type === 'claim' && { requestId }) });
    else if (type === 'watch') this.#watches(message['dropIds'] as string[]);
    else this.#claims(String(message['dropId']), String(requestId));
  }

  #authenticate(token: string | undefined, cursor: string | undefined): void {
    const identity = token === undefined ? undefined : this.shop.identify(token);
    if (token !== undefined && identity === undefined && !this.shop.is('a bad token is a guest’s')) {
      this.close(4401, 'the token is not valid');
      return;
    }
    const isSame = this.identity?.accountId === identity?.accountId;
    if (identity !== undefined && !isSame && this.#asksTooOften(cursor)) return;
    this.after('authenticate', 0, () => {});
    this.welcome(identity, cursor);
  }

  #asksTooOften(cursor: string | undefined): boolean {
    if (cursor === undefined || cursor === String(this.shop.cursor)) return false;
    const isFirst = !this.#hasAsked;
    this.#hasAsked = true;
    return !isFirst && !this.shop.is('a cursor costs nothing') && this.#floods(10);
  }

  #watches(dropIds: string[]): void {
    if (!this.shop.is('a watch is one message') && this.#floods(dropIds.length / 10)) return;
    this.watch(dropIds);
  }

  #claims(dropId: string, requestId: string): void {
    if (this.identity === undefined) {
      if (!this.shop.is('a guest’s claim is not answered'))
        this.say({ type: 'error', code: 'unauthenticated', requestId });
      return;
    }
    const answer = this.shop.claim(this.identity.accountId, dropId, requestId);
    this.say({ type: 'outcome' in answer ? 'outcome' : 'error', ...answer });
  }

  #floods(messages: number): boolean {
    const nowMs = performance.now();
    if (nowMs >= this.#windowEndsAtMs) {
      this.#windowEndsAtMs = nowMs + 1_000;
      this.#inWindow = 0;
    }
    this.#inWindow += messages;
    if (this.#inWindow <= this.shop.times.messagesPerSecond || this.shop.is('floods are welcome')) return false;
    this.close(4429, 'too many messages');
    return true;
  }
}

export class StreamConnection extends Connection {
  readonly #response: ServerResponse;

  constructor(
    shop: SpoiltShop,
    node: number,
    response: ServerResponse,
    identity: Identity | undefined,
    cursor: string | undefined,
    watched: readonly string[],
  ) {
    super(shop, node);
    this.#response = response;
    response.on('close', () => this.leave());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.welcome(identity, cursor);
    this.watch(watched);
    if (!shop.is('silent streams')) this.#pongs();
  }

  protected override get isStream(): boolean {
    return true;
  }

  protected write(message: Message): void {
    const { cursor } = message;
    const id = typeof cursor === 'string' && !this.shop.is('events without ids') ? `id: ${cursor}\n` : '';
    this.#response.write(`${id}data: ${JSON.stringify(message)}\n\n`);
  }

  protected end(code: number, reason: string): void {
    if (!this.shop.is('streams end without a word'))
      this.#response.write(`event: close\ndata: ${JSON.stringify({ code, reason })}\n\n`);
    this.#response.end();
  }

  #pongs(): void {
    this.after('pong', this.shop.times.streamPongMs, () => {
      this.pong();
      this.#pongs();
    });
  }
}

/** Undefined: malformed. */
function read(text: string): Message | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return undefined;
  const { type, token, cursor, dropIds, dropId, requestId } = message as Message;
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  const isMaybeText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  const fits = {
    authenticate: isMaybeText(token) && isMaybeText(cursor),
    watch: Array.isArray(dropIds) && dropIds.length <= 100 && dropIds.every(isText),
    claim: isText(dropId) && typeof requestId === 'string' && /^[\w-]{8,64}$/.test(requestId),
    ping: true,
  }[String(type)];
  return fits ? (message as Message) : undefined;
}
