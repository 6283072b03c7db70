/** A whole server in this process, on a free port and a database in memory (or the one that DATABASE_URL names), and people to press. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { WebSocket } from 'ws';
import { ensureAdministrator } from '../../src/accounts/first-administrator.ts';
import { type App, createApp, openDatabase } from '../../src/app.ts';
import { readSettings } from '../../src/config/settings.ts';
import type { Database } from '../../src/database/database.ts';
import { openEmbedded } from '../servers/embedded.ts';

const ADMIN = { username: 'admin', email: 'admin@example.com', password: 'the administrator' };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Answers are read as the tests expect them; a wrong expectation is what a test is there to find.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is, in the place of `body`. */
  readonly text?: string;
  readonly headers?: Record<string, string>;
}

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly token: string;
}

export class RunningApp {
  readonly app: App;
  readonly url: string;
  readonly database: Database;
  #administrator: Promise<string> | undefined;

  static async start(environment: Record<string, string> = {}): Promise<RunningApp> {
    const settings = readSettings({
      PORT: '0',
      HOST: '127.0.0.1',
      JWT_SECRET: 'a secret of at least thirty-two characters',
      LOADTEST_ENABLED: 'true',
      REQUESTS_PER_USER_PER_SECOND: '1000',
      ...environment,
    });
    const database = settings.databaseUrl === null ? await openEmbedded() : await openDatabase(settings);
    const app = await createApp(settings, pino({ level: environment['LOG_LEVEL'] ?? 'silent' }), database);
    await ensureAdministrator(database, ADMIN);
    return new RunningApp(app, database, await app.listen());
  }

  private constructor(app: App, database: Database, port: number) {
    this.app = app;
    this.database = database;
    this.url = `http://127.0.0.1:${port}`;
  }

  async call(method: string, path: string, { token, body, text, headers }: CallOptions = {}): Promise<Answer> {
    const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(content !== undefined && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(content !== undefined && { body: content }),
    });
    const answer = await response.text();
    const isJson =
      response.headers.get('content-type')?.includes('json') &&
      !response.headers.get('content-type')?.includes('ndjson');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(answer) : answer };
  }

  /** The administrator's token. */
  administrator(): Promise<string> {
    this.#administrator ??= this.call('POST', '/v1/sessions', {
      body: { login: ADMIN.username, password: ADMIN.password },
    }).then(({ body }) => body.accessToken);
    return this.#administrator;
  }

  async people(count: number): Promise<Person[]> {
    const { body } = await this.call('POST', '/v1/loadtest/accounts', {
      token: await this.administrator(),
      body: { count, prefix: 'person' },
    });
    return body.items.map((item: { id: string; username: string; accessToken: string }) => ({
      ...item,
      token: item.accessToken,
    }));
  }

  /** A coupon drop that is open now, but for what is given. Returns its id. */
  async drop(change: object = {}): Promise<string> {
    const { status, body } = await this.call('POST', '/v1/drops', {
      token: await this.administrator(),
      body: { ...couponDrop(), ...change },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id;
  }

  claim(dropId: string, token: string, requestId: string = randomUUID(), options: CallOptions = {}): Promise<Answer> {
    return this.call('POST', `/v1/drops/${dropId}/claims`, {
      token,
      ...options,
      headers: { 'idempotency-key': requestId, ...options.headers },
    });
  }

  socket(): TestSocket {
    return new TestSocket(new WebSocket(`${this.url.replace('http', 'ws')}/v1/socket`));
  }
}

export function couponDrop(): Record<string, unknown> {
  return {
    kind: 'coupon',
    title: 'A coupon',
    stock: 10,
    opensAt: new Date().toISOString(),
    discount: { percent: 10 },
    validForDays: 30,
  };
}

/** For a test file: the app runs before its tests, and is closed after them. */
export function useRunningApp(environment: Record<string, string> = {}): { readonly current: RunningApp } {
  let running: RunningApp | undefined;
  beforeAll(async () => {
    running = await RunningApp.start(environment);
  });
  afterAll(() => running?.app.close());
  return {
    get current(): RunningApp {
      if (!running) throw new Error('the app runs from `beforeAll` on');
      return running;
    },
  };
}

type Message = { readonly type: string } & Record<string, unknown>;

/** A client that keeps all it heard, in order, and can wait for what it has not heard yet. */
export class TestSocket {
  readonly heard: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #opened: Promise<void>;
  readonly #webSocket: WebSocket;
  readonly #listeners: (() => void)[] = [];

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on('error', () => {});
    this.#opened = new Promise((resolve) => webSocket.once('open', resolve));
    this.closed = new Promise((resolve) => {
      webSocket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    webSocket.on('message', (data) => {
      this.heard.push(JSON.parse(data.toString()));
      // Whoever goes on listening does so for the next one.
      for (const listener of this.#listeners.splice(0)) listener();
    });
  }

  async send(message: unknown): Promise<void> {
    await this.#opened;
    this.#webSocket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The first message with all these fields, heard already or still to come. */
  async next(fields: Record<string, unknown>): Promise<Message> {
    const matches = (message: Message) => Object.entries(fields).every(([name, value]) => message[name] === value);
    for (;;) {
      const found = this.heard.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  async authenticate(token?: string): Promise<Message> {
    await this.send({ type: 'authenticate', ...(token && { token }) });
    return this.next({ type: 'welcome' });
  }

  close(): void {
    this.#webSocket.close();
  }
}
