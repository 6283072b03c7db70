/**
 * However connections break, a page hears every message once and in order: here against a model of a server that obeys S8 and S9.
 * What is on its way when a connection breaks is lost with it; bytes arrive in pieces; pages are reloaded, networks begin to block WebSockets.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  answerStream,
  clientOfFakes,
  type FakeConnection,
  FakeStream,
  FakeWebSocket,
  fakeCursors,
  resetNetwork,
  type Told,
} from './fake-network.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** One person's messages, and the connections that hear them. */
class ModelServer {
  readonly told: string[] = [];
  isWebSocketBlocked = false;
  #lastCursor = 1;
  /** What is on its way to the client. */
  readonly #open = new Map<FakeConnection, Told[]>();
  readonly #known = new Set<FakeWebSocket>();

  /** Cursors have gaps. */
  publish(gap: number): void {
    this.#lastCursor += 1 + gap;
    const cursor = String(this.#lastCursor);
    this.told.push(cursor);
    for (const onTheWay of this.#open.values()) onTheWay.push({ type: 'notification', cursor });
  }

  /** Lets in whoever knocks, or not. */
  async takeIn(): Promise<void> {
    for (const socket of FakeWebSocket.all) {
      if (this.#known.has(socket) || socket.readyState !== 0) continue;
      this.#known.add(socket);
      socket.onsent = (message) => this.#hear(socket, message);
      if (this.isWebSocketBlocked) socket.end(1006);
      else await socket.accept();
    }
  }

  openStream(url: string, init: RequestInit): Response {
    const stream = new FakeStream(url, init);
    this.#welcome(stream, stream.headers.get('last-event-id'));
    return stream.response;
  }

  #hear(socket: FakeWebSocket, message: Told): void {
    if (message.type === 'authenticate') this.#welcome(socket, (message['cursor'] as string | undefined) ?? null);
    else if (message.type === 'ping') this.#open.get(socket)?.push(this.#pong());
  }

  #pong(): Told {
    return { type: 'pong', serverTime: new Date().toISOString(), cursor: String(this.#lastCursor) };
  }

  #welcome(connection: FakeConnection, after: string | null): void {
    const cursor = after ?? String(this.#lastCursor);
    const missed = this.told.filter((told) => Number(told) > Number(cursor));
    const serverTime = new Date().toISOString();
    // What was on its way already comes first; to be hard, the server tells it again after the welcome.
    this.#open.set(connection, [
      ...(this.#open.get(connection) ?? []),
      { type: 'welcome', serverTime, account: { id: '1' }, cursor, resumed: after !== null },
      ...missed.map((told) => ({ type: 'notification', cursor: told })),
    ]);
  }

  async deliver(messagesMax: number): Promise<void> {
    for (const [connection, onTheWay] of [...this.#open])
      for (const message of onTheWay.splice(0, messagesMax)) connection.say(message);
    await vi.advanceTimersByTimeAsync(0);
  }

  /** What the client has left is open no more. */
  async break(code: number): Promise<void> {
    for (const connection of this.#open.keys()) connection.end(code);
    this.#open.clear();
    await vi.advanceTimersByTimeAsync(0);
  }

  pongStreams(): void {
    for (const [connection, onTheWay] of this.#open) if (connection instanceof FakeStream) onTheWay.push(this.#pong());
  }
}

type Step =
  | { is: 'publish'; gap: number }
  | { is: 'deliver'; messagesMax: number }
  | { is: 'break'; code: number }
  | { is: 'pass'; milliseconds: number }
  | { is: 'watch'; dropId: string }
  | { is: 'block'; isBlocked: boolean }
  | { is: 'lose' | 'wake' | 'look' | 'freshToken' | 'reload' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('publish' as const), gap: fc.nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({ is: fc.constant('deliver' as const), messagesMax: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('break' as const),
      code: fc.constantFrom(1006, 1006, 1012, 1013, 4401, 4408, 4409, 4429),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constant('pass' as const), milliseconds: fc.constantFrom(50, 1_000, 30_000) }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('watch' as const), dropId: fc.constantFrom('7', '8') }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('block' as const), isBlocked: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constantFrom('lose', 'wake', 'look', 'freshToken', 'reload') }) as fc.Arbitrary<Step>,
  },
);

test('each message once, in order, whatever breaks', async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (story, isBlocked) => {
      resetNetwork();
      const server = new ModelServer();
      server.isWebSocketBlocked = isBlocked;
      answerStream.mockImplementation(async (url, init) => server.openStream(url, init));
      const cursors = fakeCursors(new Map([['1', '1']]));
      const handedOn: string[] = [];
      const open = () => {
        const client = clientOfFakes({
          cursors,
          onMessage: (message) => {
            if (message.type === 'notification') handedOn.push(String(message.cursor));
          },
        });
        client.watch(['7']);
        return client;
      };
      let client = open();

      for (const now of story) {
        if (now.is === 'publish') server.publish(now.gap);
        else if (now.is === 'deliver') await server.deliver(now.messagesMax);
        else if (now.is === 'break') await server.break(now.code);
        else if (now.is === 'pass') await vi.advanceTimersByTimeAsync(now.milliseconds);
        else if (now.is === 'watch') client.watch([now.dropId]);
        else if (now.is === 'block') server.isWebSocketBlocked = now.isBlocked;
        else if (now.is === 'lose') client.networkLost();
        else if (now.is === 'wake') client.woken();
        else if (now.is === 'look') client.lookedAt();
        else if (now.is === 'freshToken') client.identityChanged(true);
        else {
          client.close();
          client = open();
        }
        await server.takeIn();
      }

      // A quiet minute: what is still missing comes.
      client.lookedAt();
      for (let second = 0; second < 60; second += 1) {
        await vi.advanceTimersByTimeAsync(1_000);
        await server.takeIn();
        if (second % 15 === 0) server.pongStreams();
        await server.deliver(1_000);
      }
      client.close();
      expect(handedOn).toEqual(server.told);
    }),
    { numRuns: 200 },
  );
});
