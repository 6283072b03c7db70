/** The few ordinary calls of a run: an administrator's, and those that learn the clock and read the ledger. */
import { type Ledger, parseLedger } from '../history/ledger.ts';
import type { Buyer } from './connection.ts';
import { sortCards, type TestCards } from './whole-sale/cards.ts';

export interface NewDrop {
  readonly kind: 'coupon' | 'product';
  readonly stock: number;
  readonly perUserLimit: number;
  readonly opensAt: Date;
  /** For how long a slot is held, in a drop with a waiting line; absent: half an hour, and no line. */
  readonly holdSeconds?: number;
}

/** How far the server's clock is ahead of this process's monotonic one: `serverMs = monotonicMs + offsetMs`. */
export interface ClockOffset {
  readonly offsetMs: number;
  /** Half the round trip it was learnt over: it cannot be further off than this, and the last digit of `serverTime`. */
  readonly uncertaintyMs: number;
}

export class AdministratorApi {
  readonly #url: URL;
  readonly #accessToken: string;
  readonly #signal: AbortSignal;

  private constructor(url: URL, accessToken: string, signal: AbortSignal) {
    this.#url = url;
    this.#accessToken = accessToken;
    this.#signal = signal;
  }

  /** Signs in. Throws when the server does not know the login or the password, or this is no administrator. */
  static async signIn(url: URL, login: string, password: string, signal: AbortSignal): Promise<AdministratorApi> {
    const response = await ask(new URL('/v1/sessions', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
      signal,
    });
    if (response.status !== 201) throw await failure(`signing in as ${login}`, response);
    const { accessToken } = (await response.json()) as { accessToken: string };
    return new AdministratorApi(url, accessToken, signal);
  }

  /** Makes up to 5,000 buyers, signed in. */
  async createBuyers(count: number, prefix: string): Promise<Buyer[]> {
    const response = await this.#call('POST', '/v1/loadtest/accounts', { count, prefix });
    if (response.status === 404) {
      throw new Error(
        `${this.#url.origin} has no POST /v1/loadtest/accounts: start that server with LOADTEST_ENABLED=true (never on a real shop), or leave --url away and a server is started for the run`,
      );
    }
    if (response.status !== 201) throw await failure('making accounts', response);
    const { items } = (await response.json()) as { items: Buyer[] };
    return items.map(({ id, accessToken }) => ({ id, accessToken }));
  }

  /** Makes the drop, and returns its id. */
  async createDrop({ kind, stock, perUserLimit, opensAt, holdSeconds }: NewDrop): Promise<string> {
    const terms =
      kind === 'coupon'
        ? { discount: { percent: 20 }, validForDays: 30 }
        : { price: 10_000, currency: 'KRW', holdMinutes: (holdSeconds ?? 1800) / 60 };
    const line = holdSeconds === undefined ? {} : { waitingLine: true };
    const body = { kind, title: 'Load test', stock, perUserLimit, opensAt: opensAt.toISOString(), ...terms, ...line };
    const response = await this.#call('POST', '/v1/drops', body);
    if (response.status !== 201) throw await failure('making the drop', response);
    return ((await response.json()) as { id: string }).id;
  }

  /** What people can pay with where no money moves. */
  async readTestCards(): Promise<TestCards> {
    const response = await this.#call('GET', '/v1/payment-methods');
    if (response.status === 404)
      throw new Error(`${this.#url.origin} has no GET /v1/payment-methods: it is too old for --whole-sale`);
    if (response.status !== 200) throw await failure('reading the ways to pay', response);
    return sortCards(await response.json());
  }

  /** The ledger's export of the drop. */
  async readLedger(dropId: string): Promise<Ledger> {
    const response = await this.#call('GET', `/v1/drops/${dropId}/ledger`);
    if (response.status !== 200) throw await failure('reading the ledger', response);
    return parseLedger(await response.text());
  }

  /**
   * The server's wall clock, well enough to set an opening by. Its `date` header has whole seconds: as long as it agrees
   * with this machine's clock, that one is better.
   */
  async roughTimeMs(): Promise<number> {
    const response = await this.#call('GET', '/livez');
    const told = Date.parse(response.headers.get('date') ?? '') + 500;
    return Math.abs(told - Date.now()) > 1500 ? told : Date.now();
  }

  /** Learns the server's clock from `serverTime`; the fastest of a few round trips tells most. */
  async learnClock(dropId: string): Promise<ClockOffset> {
    let best: ClockOffset = { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY };
    for (let sample = 0; sample < 10; sample += 1) {
      const before = performance.now();
      const response = await this.#call('GET', `/v1/drops/${dropId}`);
      const after = performance.now();
      if (response.status !== 200) throw await failure('reading the drop', response);
      const serverMs = Date.parse(((await response.json()) as { serverTime: string }).serverTime);
      if (Number.isNaN(serverMs)) throw new Error('GET /v1/drops/{id} has no serverTime');
      const uncertaintyMs = (after - before) / 2;
      // Whole milliseconds are cut off, not rounded: the true time is half of one later on average.
      if (uncertaintyMs < best.uncertaintyMs) best = { offsetMs: serverMs + 0.5 - (before + after) / 2, uncertaintyMs };
    }
    return best;
  }

  #call(method: string, path: string, body?: object): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#accessToken}`, 'content-type': 'application/json' };
    const init: RequestInit = { method, headers, signal: this.#signal };
    return ask(new URL(path, this.#url), body === undefined ? init : { ...init, body: JSON.stringify(body) });
  }
}

/** `fetch`, whose own message for a server that is not there says neither which nor why. */
async function ask(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    init.signal?.throwIfAborted();
    const cause = (error as Error).cause;
    throw new Error(`no answer from ${url.href}: ${cause instanceof Error ? cause.message : error}`, { cause: error });
  }
}

async function failure(what: string, response: Response): Promise<Error> {
  const body = await response.text();
  return new Error(`${what}: ${response.status} ${body.slice(0, 500)}`);
}
