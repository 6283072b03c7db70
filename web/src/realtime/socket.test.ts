import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ServerMessage } from './messages.ts';
import { createSocket } from './socket.ts';

/** Stands for the browser's WebSocket; the test plays the server. */
class FakeWebSocket {
  static readonly OPEN = 1;
  static opened: FakeWebSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: string }) => void) | undefined;
  onclose: ((event: { code: number }) => void) | undefined;

  constructor() {
    FakeWebSocket.opened.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  async accept(): Promise<void> {
    this.readyState = 1;
    this.onopen?.();
    await vi.advanceTimersByTimeAsync(0);
  }

  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  welcome(account: { id: string } | null = { id: '1' }): void {
    this.say({ type: 'welcome', serverTime: new Date().toISOString(), heartbeatSeconds: 30, account });
  }

  end(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

function newest(): FakeWebSocket {
  const socket = FakeWebSocket.opened.at(-1);
  if (!socket) throw new Error('no socket was opened');
  return socket;
}

describe('the socket', () => {
  const onTokenRefused = vi.fn(async () => undefined);
  const onSessionEnded = vi.fn();
  let token: string | null = 'token';

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    FakeWebSocket.opened = [];
    token = 'token';
    vi.clearAllMocks();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const open = () =>
    createSocket({ url: () => 'ws://shop/v1/socket', token: async () => token, onTokenRefused, onSessionEnded });

  async function welcomed() {
    const socket = open();
    socket.watch(['7']);
    await newest().accept();
    newest().welcome();
    return socket;
  }

  test('authenticates, then watches; claims travel only after the welcome', async () => {
    const socket = open();
    socket.watch(['7', '8']);
    await newest().accept();
    expect(newest().sent).toEqual([{ type: 'authenticate', token: 'token' }]);
    expect(socket.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(false);
    newest().welcome();
    expect(newest().sent).toContainEqual({ type: 'watch', dropIds: ['7', '8'] });
    expect(socket.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(true);
  });

  test('a guest watches, and takes no claims', async () => {
    token = null;
    const socket = open();
    socket.watch(['7']);
    await newest().accept();
    expect(newest().sent).toEqual([{ type: 'authenticate' }]);
    newest().welcome(null);
    expect(socket.isLive.value).toBe(true);
    expect(socket.takesClaims.value).toBe(false);
  });

  test.each([1001, 1006, 1012, 4408])('after %i it comes back within a second and watches again', async (code) => {
    const socket = await welcomed();
    newest().end(code);
    expect(socket.isLive.value).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeWebSocket.opened).toHaveLength(2);
    await newest().accept();
    newest().welcome();
    expect(newest().sent).toContainEqual({ type: 'watch', dropIds: ['7'] });
  });

  test.each([1013, 4429])('after %i it waits for five seconds at least', async (code) => {
    await welcomed();
    newest().end(code);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeWebSocket.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(FakeWebSocket.opened).toHaveLength(2);
  });

  test.each([1009, 4400])('after %i, a defect of the page, it comes back slowly and says so', async (code) => {
    const complain = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await welcomed();
    newest().end(code);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(FakeWebSocket.opened).toHaveLength(1);
    expect(complain).toHaveBeenCalledOnce();
    complain.mockRestore();
  });

  test('after 4401 the token is refreshed before it comes back', async () => {
    await welcomed();
    newest().end(4401);
    expect(onTokenRefused).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeWebSocket.opened).toHaveLength(2);
  });

  test('after 4403 the session is over, and it comes back as a guest', async () => {
    await welcomed();
    onSessionEnded.mockImplementation(() => {
      token = null;
    });
    newest().end(4403);
    expect(onSessionEnded).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1_000);
    await newest().accept();
    expect(newest().sent).toEqual([{ type: 'authenticate' }]);
  });

  test('a server that falls silent is given up', async () => {
    const socket = await welcomed();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(socket.isLive.value).toBe(false);
  });

  test('a server that answers pings is kept', async () => {
    const socket = await welcomed();
    for (let second = 0; second < 60; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      newest().say({ type: 'pong', serverTime: new Date().toISOString() });
    }
    expect(socket.isLive.value).toBe(true);
    expect(FakeWebSocket.opened).toHaveLength(1);
  });

  test('failing again and again, it waits longer each time, up to a bound', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    open().connect();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const failedAt = Date.now();
      const { length } = FakeWebSocket.opened;
      newest().end(1006);
      while (FakeWebSocket.opened.length === length) await vi.advanceTimersByTimeAsync(100);
      waits.push(Date.now() - failedAt);
    }
    expect(waits).toEqual([500, 900, 1_700, 3_300, 6_500, 12_900, 20_100, 20_100, 20_100]);
    vi.restoreAllMocks();
  });
});
