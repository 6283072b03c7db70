/** For tests of the live client: a browser's WebSocket and fetch, with the test as the server behind them. */
import { vi } from 'vitest';
import { createLiveClient, type LiveMessage, type LiveOptions } from './live-client.ts';

export interface Told extends LiveMessage {
  [field: string]: unknown;
}

/** What a connection of either kind can do to the client. */
export interface FakeConnection {
  say(message: Told): void;
  end(code: number): void;
}

export class FakeWebSocket implements FakeConnection {
  static all: FakeWebSocket[] = [];
  readyState = 0;
  sent: Told[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onsent: ((message: Told) => void) | null = null;

  constructor() {
    FakeWebSocket.all.push(this);
  }

  send(text: string): void {
    const message = JSON.parse(text) as Told;
    this.sent.push(message);
    this.onsent?.(message);
  }

  /** As a browser's: the event comes later, if at all. */
  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    queueMicrotask(() => this.onclose?.({ code: 1005 }));
  }

  async accept(): Promise<void> {
    this.readyState = 1;
    this.onopen?.();
    await vi.advanceTimersByTimeAsync(0);
  }

  say(message: Told): void {
    this.hear(JSON.stringify(message));
  }

  hear(data: unknown): void {
    this.onmessage?.({ data });
  }

  end(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  of(type: string): Told[] {
    return this.sent.filter((message) => message.type === type);
  }
}

export class FakeStream implements FakeConnection {
  static all: FakeStream[] = [];
  readonly url: string;
  readonly headers: Headers;
  isOver = false;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly response: Response;

  constructor(url: string, init: RequestInit) {
    FakeStream.all.push(this);
    this.url = url;
    this.headers = new Headers(init.headers);
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(made) {
        controller = made;
      },
    });
    if (!controller) throw new Error('no controller');
    this.#controller = controller;
    this.response = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    init.signal?.addEventListener('abort', () => this.cut());
  }

  say(message: Told): void {
    this.write(`data: ${JSON.stringify(message)}\n\n`);
  }

  write(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  bytes(bytes: Uint8Array): void {
    if (!this.isOver) this.#controller.enqueue(bytes);
  }

  end(code: number): void {
    this.write(`event: close\ndata: {"code":${code},"reason":"…"}\n\n`);
    if (!this.isOver) this.#controller.close();
    this.isOver = true;
  }

  cut(): void {
    if (!this.isOver) this.#controller.error(new Error('cut'));
    this.isOver = true;
  }
}

/** How the event stream is answered, unless a test says otherwise. */
export const answerStream = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

export function resetNetwork(): void {
  FakeWebSocket.all = [];
  FakeStream.all = [];
  answerStream.mockReset().mockImplementation(async (url, init) => new FakeStream(url, init).response);
}

export function newest<T>(all: readonly T[]): T {
  const last = all.at(-1);
  if (last === undefined) throw new Error('nothing was opened');
  return last;
}

/** A tab's storage. */
export function fakeCursors(kept = new Map<string, string>()) {
  return {
    kept,
    read: (account: string) => kept.get(account) ?? null,
    write: (account: string, cursor: string) => void kept.set(account, cursor),
  };
}

export function clientOfFakes(options: Partial<LiveOptions<Told>> = {}) {
  return createLiveClient<Told>({
    socketUrl: 'ws://shop/v1/socket',
    eventsUrl: '/v1/events',
    token: async () => ({ token: 'token', account: '1' }),
    onTokenRefused: async () => undefined,
    onSessionEnded: () => undefined,
    onMessage: () => undefined,
    WebSocket: FakeWebSocket as unknown as typeof WebSocket,
    fetch: answerStream as unknown as typeof fetch,
    ...options,
  });
}
