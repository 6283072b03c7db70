/** The public HTTP API, as far as the cases need it. */
import { randomUUID } from 'node:crypto';
import { Broken, pause } from '../case.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Answers of a server that may be wrong in any way; the cases look at what they need.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

export interface Call {
  /** A function: asked at each try, because a try may have to wait for longer than a token lasts. */
  readonly token?: string | (() => Promise<string>);
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const TRIES_MAX = 8;
const LATER = [429, 502, 503];

/** Waits where the server asks for it (429, 503). */
export async function call(url: string, method: string, path: string, given: Call = {}): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const token = typeof given.token === 'function' ? await given.token() : given.token;
    const answer = await callOnce(url, method, path, token, given);
    if (!LATER.includes(answer.status) || tries === TRIES_MAX) return answer;
    const seconds = Number(answer.headers.get('retry-after') ?? 1);
    if (seconds > 5) return answer;
    await pause(Math.max(100, seconds * 1000));
  }
}

async function callOnce(
  url: string,
  method: string,
  path: string,
  token: string | undefined,
  { body, headers }: Call,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
}

export function expectStatus(answer: Answer, status: number, what: string): Answer {
  if (answer.status === status) return answer;
  const hint = answer.body?.code === 'too_many_attempts' ? ' (SIGN_UPS_PER_ADDRESS_PER_HOUR, in an hour)' : '';
  throw new Broken(`${status} for ${what}`, `${answer.status} ${answer.body?.code ?? ''}${hint}`.trim());
}

/** One session of a person, with a token that is fresh when it is asked for. */
export class Session {
  readonly #url: string;
  #token = '';
  #cookie = '';
  #refreshing: Promise<string> | undefined;
  /** By our clock: the token was made between these two, and ends so many seconds later. */
  askedAtMs = 0;
  answeredAtMs = 0;
  expiresInSeconds = 0;
  accountId = '';

  static async signIn(url: string, login: string, password: string): Promise<Session> {
    const session = new Session(url);
    await session.#take(() => call(url, 'POST', '/v1/sessions', { body: { login, password } }), 'a sign-in');
    return session;
  }

  private constructor(url: string) {
    this.#url = url;
  }

  /** The last one, however old. */
  get lastToken(): string {
    return this.#token;
  }

  /** One with most of its time left. */
  async token(): Promise<string> {
    const age = (Date.now() - this.askedAtMs) / 1000;
    if (age > Math.min(60, this.expiresInSeconds / 3)) await this.refresh();
    return this.#token;
  }

  /** One at a time: a refresh token that comes twice ends its session. */
  refresh(): Promise<string> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<string> {
    const headers = { cookie: this.#cookie };
    await this.#take(() => call(this.#url, 'POST', '/v1/sessions/refresh', { headers }), 'a refresh');
    return this.#token;
  }

  async signOut(url: string = this.#url): Promise<void> {
    const token = await this.token();
    expectStatus(await call(url, 'DELETE', '/v1/sessions/current', { token }), 204, 'a sign-out');
  }

  async #take(ask: () => Promise<Answer>, what: string): Promise<void> {
    const askedAtMs = Date.now();
    const { headers, body } = expectStatus(await ask(), 201, what);
    this.askedAtMs = askedAtMs;
    this.answeredAtMs = Date.now();
    this.#token = body.accessToken;
    this.expiresInSeconds = Number(body.expiresIn);
    this.accountId = String(body.account?.id ?? this.accountId);
    this.#cookie =
      headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ') || this.#cookie;
  }
}

/** A buyer, who may claim, use and give back. */
export class Person {
  readonly id: string;
  readonly session: Session;
  readonly #login: string;
  readonly #password: string;

  static async signUp(url: string): Promise<Person> {
    const username = `c${randomUUID().replaceAll('-', '').slice(0, 20)}`;
    const password = randomUUID();
    const body = { username, email: `${username}@example.com`, password };
    const { body: account } = expectStatus(await call(url, 'POST', '/v1/accounts', { body }), 201, 'a sign-up');
    return new Person(String(account.id), username, password, await Session.signIn(url, username, password));
  }

  private constructor(id: string, login: string, password: string, session: Session) {
    this.id = id;
    this.#login = login;
    this.#password = password;
    this.session = session;
  }

  token(): Promise<string> {
    return this.session.token();
  }

  /** Another session of the same person. */
  signIn(url: string): Promise<Session> {
    return Session.signIn(url, this.#login, this.#password);
  }

  /** The whole answer: also a refusal is one. Looks again while it is `queued`. */
  async claim(url: string, dropId: string, requestId: string = randomUUID()): Promise<Answer> {
    const headers = { 'idempotency-key': requestId };
    const path = `/v1/drops/${dropId}/claims`;
    let answer = await call(url, 'POST', path, { token: () => this.token(), headers });
    for (let tries = 0; answer.status === 202 && tries < 30; tries += 1) {
      await pause(300);
      answer = await call(url, 'GET', `${path}/${requestId}`, { token: () => this.token() });
    }
    return answer;
  }

  /** A unit that is granted; the id of the grant. */
  async win(url: string, dropId: string): Promise<string> {
    const { status, body } = await this.claim(url, dropId);
    if (body?.outcome === 'granted') return String(body.grantId);
    throw new Broken('a claim that is granted, over HTTP', `${status} ${body?.code ?? body?.outcome ?? ''}`);
  }

  async use(url: string, grantId: string): Promise<void> {
    const given = { token: () => this.token(), headers: { 'idempotency-key': randomUUID() }, body: {} };
    expectStatus(await call(url, 'POST', `/v1/me/grants/${grantId}/use`, given), 200, 'the use of a coupon');
  }

  async cancel(url: string, grantId: string): Promise<void> {
    const given = { token: () => this.token() };
    expectStatus(await call(url, 'POST', `/v1/me/grants/${grantId}/cancel`, given), 200, 'giving a coupon back');
  }

  async waitInLine(url: string, dropId: string): Promise<void> {
    const given = { token: () => this.token(), headers: { 'idempotency-key': randomUUID() } };
    expectStatus(await call(url, 'PUT', `/v1/drops/${dropId}/line`, given), 200, 'a place in the line');
  }

  async leaveLine(url: string, dropId: string): Promise<void> {
    const given = { token: () => this.token() };
    expectStatus(await call(url, 'DELETE', `/v1/drops/${dropId}/line`, given), 204, 'leaving the line');
  }

  /** A slot, with money that there is not: the id of the payment. */
  async pay(url: string, grantId: string, method: object): Promise<string> {
    const given = { token: () => this.token(), headers: { 'idempotency-key': randomUUID() }, body: method };
    return String(
      expectStatus(await call(url, 'POST', `/v1/me/grants/${grantId}/payments`, given), 201, 'a payment').body.id,
    );
  }

  /** What is theirs, as HTTP has it: `grants/…`, `payments/…`, `notifications`. */
  async own(url: string, path: string): Promise<Answer['body']> {
    const answer = await call(url, 'GET', `/v1/me/${path}`, { token: () => this.token() });
    return expectStatus(answer, 200, `GET /v1/me/${path}`).body;
  }
}
