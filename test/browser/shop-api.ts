import { randomUUID } from 'node:crypto';

export interface Person {
  username: string;
  password: string;
  token: string;
}

export interface DropView {
  id: string;
  remaining: number;
  waiting: number;
  state: string;
}

export interface GrantView {
  id: string;
  dropId: string;
  code: string | null;
  state: string;
  serial: number;
}

interface DeliveryView {
  failure: string | null;
}

interface MonitorView {
  /** Units in each second. */
  seconds: { granted: number[] };
}

export interface PaymentView {
  id: string;
  state: string;
}

/** The calls that tests make beside the page: preparing drops and people, and looking at what really happened. */
export class ShopApi {
  readonly #url: string;
  #administratorToken = '';
  #people = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async signInAsAdministrator(login: string, password: string): Promise<void> {
    this.#administratorToken = await this.#signIn(login, password);
  }

  /** `prepare` hears the name before there is such a person. */
  async newPerson(prepare: (username: string) => void = () => {}): Promise<Person> {
    this.#people += 1;
    const username = `person${this.#people}`;
    prepare(username);
    const password = 'a-long-password';
    await this.#call('POST', '/v1/accounts', { body: { username, email: `${username}@example.com`, password } });
    return { username, password, token: await this.#signIn(username, password) };
  }

  /** People who are signed in and have no password; the server must allow for it (LOADTEST_ENABLED). */
  async newCrowd(count: number): Promise<{ id: string; accessToken: string }[]> {
    const body = { count, prefix: `crowd-${this.#people}-` };
    const options = { body, token: this.#administratorToken };
    return (
      await this.#call<{ items: { id: string; accessToken: string }[] }>('POST', '/v1/loadtest/accounts', options)
    ).items;
  }

  /** All other sessions of the person end. */
  async changePassword(person: Person, password: string): Promise<void> {
    const body = { currentPassword: person.password, password };
    await this.#call('PUT', '/v1/me/password', { token: person.token, body });
    person.password = password;
  }

  /** Keeps a picture, and tells its address. */
  async keepPicture(bytes: Uint8Array, type: string): Promise<string> {
    const headers = { 'content-type': type, authorization: `Bearer ${this.#administratorToken}` };
    const response = await fetch(`${this.#url}/v1/pictures`, { method: 'POST', headers, body: Buffer.from(bytes) });
    if (!response.ok) throw new Error(`POST /v1/pictures: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { imageUrl: string }).imageUrl;
  }

  newCoupon(terms: Record<string, unknown> = {}): Promise<DropView> {
    return this.#newDrop({ kind: 'coupon', discount: { percent: 20 }, validForDays: 30, ...terms });
  }

  newProduct(terms: Record<string, unknown> = {}): Promise<DropView> {
    return this.#newDrop({ kind: 'product', price: 189_000, holdMinutes: 30, ...terms });
  }

  remove(dropId: string): Promise<void> {
    return this.#call('DELETE', `/v1/drops/${dropId}`, { token: this.#administratorToken });
  }

  amend(dropId: string, terms: Record<string, unknown>): Promise<DropView> {
    return this.#call('PATCH', `/v1/drops/${dropId}`, { body: terms, token: this.#administratorToken });
  }

  cancel(dropId: string): Promise<DropView> {
    return this.#call('POST', `/v1/drops/${dropId}/cancel`, { token: this.#administratorToken });
  }

  drop(dropId: string): Promise<DropView> {
    return this.#call('GET', `/v1/drops/${dropId}`, {});
  }

  claim(person: Person, dropId: string): Promise<{ outcome: string; code: string; grantId: string }> {
    return this.#call('POST', `/v1/drops/${dropId}/claims`, { token: person.token, headers: newKey() });
  }

  async grants(person: Person): Promise<GrantView[]> {
    const page = await this.#call<{ items: GrantView[] }>('GET', '/v1/me/grants', { token: person.token });
    return page.items;
  }

  grant(person: Person, grantId: string): Promise<GrantView> {
    return this.#call('GET', `/v1/me/grants/${grantId}`, { token: person.token });
  }

  /** A coupon is cancelled, a slot given back. */
  giveBack(person: Person, grantId: string): Promise<GrantView> {
    return this.#call('POST', `/v1/me/grants/${grantId}/cancel`, { token: person.token });
  }

  use(person: Person, grantId: string, reference?: string): Promise<GrantView> {
    const body = reference === undefined ? {} : { reference };
    return this.#call('POST', `/v1/me/grants/${grantId}/use`, { token: person.token, headers: newKey(), body });
  }

  pay(person: Person, grantId: string, key: string, card = '4242 4242 4242 4242'): Promise<PaymentView> {
    const headers = { 'idempotency-key': key };
    const body = { method: 'sandbox', card };
    return this.#call('POST', `/v1/me/grants/${grantId}/payments`, { token: person.token, headers, body });
  }

  async payments(person: Person, grantId: string): Promise<PaymentView[]> {
    const path = `/v1/me/payments?grantId=${grantId}`;
    return (await this.#call<{ items: PaymentView[] }>('GET', path, { token: person.token })).items;
  }

  /** What was sent, or is to be, as the query says. */
  async deliveries(query: Record<string, string>): Promise<DeliveryView[]> {
    const path = `/v1/deliveries?${new URLSearchParams({ limit: '100', ...query })}`;
    return (await this.#call<{ items: DeliveryView[] }>('GET', path, { token: this.#administratorToken })).items;
  }

  monitor(dropId: string): Promise<MonitorView> {
    return this.#call('GET', `/v1/drops/${dropId}/monitor`, { token: this.#administratorToken });
  }

  givePoints({ username }: Person, amount: number): Promise<unknown> {
    const body = { username, amount, reason: 'a gift' };
    return this.#call('POST', '/v1/points', { token: this.#administratorToken, headers: newKey(), body });
  }

  /** Takes a place in the waiting line. */
  wait(person: Person, dropId: string): Promise<{ place: string; position: number }> {
    return this.#call('PUT', `/v1/drops/${dropId}/line`, { token: person.token, headers: newKey() });
  }

  leaveLine(person: Person, dropId: string): Promise<void> {
    return this.#call('DELETE', `/v1/drops/${dropId}/line`, { token: person.token });
  }

  #newDrop(terms: Record<string, unknown>): Promise<DropView> {
    const body = { title: 'A drop', stock: 10, opensAt: fromNow(0), ...terms };
    return this.#call('POST', '/v1/drops', { body, token: this.#administratorToken });
  }

  async #signIn(login: string, password: string): Promise<string> {
    const session = await this.#call<{ accessToken: string }>('POST', '/v1/sessions', { body: { login, password } });
    return session.accessToken;
  }

  async #call<T>(
    method: string,
    path: string,
    options: { body?: unknown; token?: string; headers?: Record<string, string> },
  ): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      body: options.body === undefined ? null : JSON.stringify(options.body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

function newKey(): Record<string, string> {
  return { 'idempotency-key': randomUUID() };
}

export function fromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
