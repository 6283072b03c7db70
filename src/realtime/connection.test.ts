import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import * as ws from 'ws';
import { Connection, type ConnectionHost } from './connection.ts';
import type { Replay } from './inbox.ts';
import { CLOSE } from './listener.ts';
import { Packet } from './packet.ts';
import { textFrame } from './text-frame.ts';

/** The parser of ws's own client; its types leave it out. */
const { Receiver } = ws as unknown as {
  Receiver: new (options: { isServer: boolean }) => EventEmitter & { write(data: Buffer): void };
};

/** What of ws a connection touches. */
class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly closes: number[] = [];
  terminated = false;
  pings = 0;
  close(code: number): void {
    this.closes.push(code);
  }
  terminate(): void {
    this.terminated = true;
  }
  ping(): void {
    this.pings += 1;
  }
}

const host: ConnectionHost = {
  messagesPerSecond: 5,
  unsentBytesMax: 1024 * 1024,
  heartbeatSeconds: 30,
  inbox: { position: 41, replay: async () => ({ complete: true, messages: [[43, '{"type":"grant"}']], head: 44 }) },
  nowMs: () => Date.now(),
  identify: (token) =>
    token === 'good' ? { accountId: '7', role: 'buyer', sessionId: 's', expiresAtMs: Date.now() + 60_000 } : undefined,
  claim: (_identity, dropId, requestId) => ({ outcome: 'sold_out', dropId, requestId }),
  watch() {},
  authenticated() {},
  closing() {},
  closed() {},
};

describe('a connection', () => {
  let webSocket: FakeWebSocket;
  let stream: PassThrough;
  let connection: Connection;

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    webSocket = new FakeWebSocket();
    stream = new PassThrough();
    connection = new Connection(webSocket as unknown as WebSocket, stream, host, '203.0.113.7');
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const receive = (message: object) => webSocket.emit('message', Buffer.from(JSON.stringify(message)), false);
  /** The messages written so far; all are short enough for a two-byte header, or long enough for four. */
  const sent = (): Record<string, unknown>[] => {
    const messages: Record<string, unknown>[] = [];
    let bytes = Buffer.concat([...chunksOf(stream)]);
    while (bytes.length > 0) {
      const start = bytes[1] === 126 ? 4 : 2;
      const end = start + (bytes[1] === 126 ? bytes.readUInt16BE(2) : (bytes[1] ?? 0));
      messages.push(JSON.parse(bytes.subarray(start, end).toString()));
      bytes = bytes.subarray(end);
    }
    return messages;
  };

  it('has ten seconds to authenticate', () => {
    vi.advanceTimersByTime(9_999);
    expect(webSocket.closes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(webSocket.closes).toEqual([CLOSE.unauthenticated]);
  });

  it('may then stay as long as it likes', () => {
    receive({ type: 'authenticate', token: 'good' });
    vi.advanceTimersByTime(3_600_000);
    expect(webSocket.closes).toEqual([]);
  });

  it('may not claim with a token that has expired meanwhile, until it brings a fresh one', () => {
    receive({ type: 'authenticate', token: 'good' });
    vi.advanceTimersByTime(60_000);
    receive({ type: 'claim', dropId: '1', requestId: 'request-1' });
    receive({ type: 'authenticate', token: 'good' });
    receive({ type: 'claim', dropId: '1', requestId: 'request-1' });
    expect(sent().map(({ type, code }) => code ?? type)).toEqual(['welcome', 'unauthenticated', 'welcome', 'outcome']);
  });

  it('begins at the gateway’s position, or where the client has been', async () => {
    receive({ type: 'authenticate', token: 'good' });
    receive({ type: 'ping' });
    expect(sent()).toMatchObject([
      { type: 'welcome', cursor: '41', resumed: false },
      { type: 'pong', cursor: '41' },
    ]);
    receive({ type: 'authenticate' });
    expect(sent()).toMatchObject([{ type: 'welcome', account: null, cursor: null, resumed: false }]);
    vi.advanceTimersByTime(1_000);
    receive({ type: 'authenticate', token: 'good', cursor: '42' });
    receive({ type: 'ping' });
    receive({ type: 'authenticate', token: 'good' });
    await vi.advanceTimersByTimeAsync(1);
    expect(sent()).toMatchObject([
      { type: 'pong' },
      { type: 'welcome', cursor: '42', resumed: true },
      { type: 'welcome', cursor: '42', resumed: true },
      { type: 'grant', cursor: '43' },
    ]);
    receive({ type: 'authenticate', token: 'good', cursor: '1' });
    expect(sent()).toMatchObject([{ type: 'welcome', cursor: '44', resumed: true }]);
  });

  it('is told apart from a flood by the second', () => {
    for (let second = 0; second < 3; second += 1) {
      for (let message = 0; message < 5; message += 1) receive({ type: 'ping' });
      vi.advanceTimersByTime(1_000);
    }
    expect(webSocket.closes).toEqual([]);
    for (let message = 0; message < 6; message += 1) receive({ type: 'ping' });
    expect(webSocket.closes).toEqual([CLOSE.flood]);
  });

  it('floods with WebSocket pings as with any other messages', () => {
    receive({ type: 'authenticate' });
    for (let ping = 0; ping < 4; ping += 1) webSocket.emit('ping', Buffer.alloc(0));
    expect(webSocket.closes).toEqual([]);
    webSocket.emit('ping', Buffer.alloc(0));
    expect(webSocket.closes).toEqual([CLOSE.flood]);
  });

  it('floods with fewer messages when they watch many drops', () => {
    const dropIds = Array.from({ length: 20 }, (_, number) => String(number));
    receive({ type: 'authenticate' });
    receive({ type: 'watch', dropIds });
    expect(webSocket.closes).toEqual([]);
    receive({ type: 'watch', dropIds });
    expect(webSocket.closes).toEqual([CLOSE.flood]);
  });

  it('is not held to a second long past when the clock is set back', () => {
    vi.setSystemTime(3_600_000);
    for (let message = 0; message < 5; message += 1) receive({ type: 'ping' });
    vi.setSystemTime(0);
    vi.advanceTimersByTime(1_000);
    for (let message = 0; message < 5; message += 1) receive({ type: 'ping' });
    expect(webSocket.closes).toEqual([]);
  });

  it('ends when it does not answer a heartbeat', () => {
    connection.heartbeat();
    webSocket.emit('pong');
    connection.heartbeat();
    receive({ type: 'ping' });
    connection.heartbeat();
    expect([webSocket.pings, webSocket.terminated]).toEqual([3, false]);
    connection.heartbeat();
    expect(webSocket.terminated).toBe(true);
  });

  it('is closed when a megabyte waits for it', () => {
    const packet = new Packet('x'.repeat(60_000));
    for (let message = 0; message < 40; message += 1) connection.sendPacket(packet);
    expect(webSocket.closes).toEqual([CLOSE.tooSlow]);
  });

  it('is stuck when nothing of what waits leaves for ten looks', async () => {
    const looks = () => Array.from({ length: 10 }, () => connection.isStuck());
    const packet = new Packet('x'.repeat(60_000));
    for (let message = 0; message < 3; message += 1) connection.sendPacket(packet);
    expect(connection.unsentBytes).toBeGreaterThan(100_000);
    // The first look sees what has left before it.
    expect(looks()).not.toContain(true);
    expect(connection.isStuck()).toBe(true);
    stream.resume();
    await vi.advanceTimersByTimeAsync(1);
    expect([connection.unsentBytes, ...looks(), ...looks()]).toEqual([0, ...Array.from({ length: 20 }, () => false)]);
  });

  it('hears and says nothing after it was closed, even if the peer does not answer', () => {
    receive({ type: 'authenticate', token: 'good' });
    sent();
    connection.close(CLOSE.sessionEnded, 'signed out');
    receive({ type: 'claim', dropId: '1', requestId: 'request-1' });
    connection.send('{"type":"drop"}');
    connection.close(CLOSE.restart, 'once is enough');
    expect(sent()).toEqual([]);
    expect(webSocket.closes).toEqual([CLOSE.sessionEnded]);
  });

  it('says nothing after the peer has closed', () => {
    webSocket.readyState = 2;
    connection.send('{"type":"drop"}');
    expect(sent()).toEqual([]);
  });

  it('writes nothing once it is closed', () => {
    webSocket.emit('close');
    connection.send('{}');
    expect(sent()).toEqual([]);
  });
});

function* chunksOf(stream: PassThrough): Generator<Buffer> {
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) yield chunk;
}

describe('a connection of several people', () => {
  type Answer = Awaited<ReturnType<ConnectionHost['claim']>>;
  const won = (requestId: string): Answer => ({
    ...{ outcome: 'granted', dropId: '1', requestId, grantId: '1-1', serial: 1, arrival: 1, code: 'CODE-OF-A' },
    ...{ validUntil: '2030-01-01T00:00:00.000Z' },
  });

  /** Tokens are names, valid for a minute; claims and replays are answered by the test. */
  const meet = (messagesPerSecond = 100, missed: Replay['messages'] = [[43, '{"type":"grant"}']]) => {
    const answers: ((answer: Answer) => void)[] = [];
    const replays: (() => void)[] = [];
    const webSocket = new FakeWebSocket();
    const stream = new PassThrough();
    const expiresAtMs = Date.now() + 60_000;
    new Connection(
      webSocket as unknown as WebSocket,
      stream,
      {
        ...host,
        messagesPerSecond,
        identify: (token) => ({ accountId: token, role: 'buyer', sessionId: token, expiresAtMs }),
        claim: () => new Promise((resolve) => answers.push(resolve)),
        inbox: {
          position: 41,
          replay: () =>
            new Promise((resolve) => replays.push(() => resolve({ complete: true, messages: missed, head: 44 }))),
        },
      },
      '203.0.113.7',
    );
    const receive = (message: object) => webSocket.emit('message', Buffer.from(JSON.stringify(message)), false);
    return { answers, replays, webSocket, receive, heard: () => Buffer.concat([...chunksOf(stream)]).toString() };
  };

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([{ token: 'B' }, {}])('tells nobody else what became of a claim: %o', async (next) => {
    const { answers, receive, heard } = meet();
    receive({ type: 'authenticate', token: 'A' });
    receive({ type: 'claim', dropId: '1', requestId: 'request-1' });
    receive({ type: 'authenticate', ...next });
    answers[0]?.(won('request-1'));
    await vi.advanceTimersByTimeAsync(1);
    expect(heard()).not.toContain('CODE-OF-A');
  });

  it('tells what became of a claim to the same person, with whichever token', async () => {
    const { answers, receive, heard } = meet();
    receive({ type: 'authenticate', token: 'A' });
    receive({ type: 'claim', dropId: '1', requestId: 'request-1' });
    receive({ type: 'authenticate', token: 'A' });
    answers[0]?.(won('request-1'));
    await vi.advanceTimersByTimeAsync(1);
    expect(heard()).toContain('CODE-OF-A');
  });

  it('is closed when the token expires while the messages are read, and tells none of them', async () => {
    const { replays, webSocket, receive, heard } = meet();
    receive({ type: 'authenticate', token: 'A', cursor: '40' });
    vi.setSystemTime(60_000);
    replays[0]?.();
    await vi.advanceTimersByTimeAsync(1);
    expect(heard()).toBe('');
    expect(webSocket.closes).toEqual([CLOSE.unauthenticated]);
  });

  it('is closed when the token expires between two slices of what was missed', async () => {
    const long = JSON.stringify({ type: 'notification', text: 'x'.repeat(40_000) });
    // More than the stream takes at once: the third one waits until the first two are read.
    const missed = [42, 43, 44].map((number) => [number, long] as const);
    const { replays, webSocket, receive, heard } = meet(100, missed);
    receive({ type: 'authenticate', token: 'A', cursor: '40' });
    replays[0]?.();
    await vi.advanceTimersByTimeAsync(1);
    vi.setSystemTime(60_000);
    expect(heard()).toContain('"cursor":"43"');
    await vi.advanceTimersByTimeAsync(1);
    expect(heard()).toBe('');
    expect(webSocket.closes).toEqual([CLOSE.unauthenticated]);
  });

  it('floods with cursors that must be looked up, but for its first', () => {
    const { webSocket, receive } = meet(30);
    const lookUp = () => {
      receive({ type: 'authenticate' });
      receive({ type: 'authenticate', token: 'A', cursor: '40' });
    };
    // 2, then 12 each.
    for (let time = 0; time < 3; time += 1) lookUp();
    expect(webSocket.closes).toEqual([]);
    lookUp();
    expect(webSocket.closes).toEqual([CLOSE.flood]);
  });

  it('may name the cursor where the gateway is as often as any other', () => {
    const { webSocket, receive } = meet(30);
    for (let time = 0; time < 15; time += 1) {
      receive({ type: 'authenticate' });
      receive({ type: 'authenticate', token: 'A', cursor: '41' });
    }
    expect(webSocket.closes).toEqual([]);
  });
});

describe('a text frame', () => {
  it.each([0, 1, 125, 126, 127, 65_535])('carries %i bytes as RFC 6455 says', async (length) => {
    const receiver = new Receiver({ isServer: false });
    const heard = new Promise<string>((resolve) =>
      receiver.once('message', (data: Buffer) => resolve(data.toString())),
    );
    receiver.write(textFrame('x'.repeat(length)));
    expect(await heard).toBe('x'.repeat(length));
  });

  it('counts bytes, not characters', () => {
    expect(textFrame('쿠폰')[1]).toBe(6);
  });

  it('is not made for more than 64 KiB', () => {
    expect(() => textFrame('x'.repeat(65_536))).toThrow('65536 bytes');
  });
});
