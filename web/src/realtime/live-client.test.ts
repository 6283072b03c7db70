/** The rules for clients of docs/socket.md, C1 to C10, each by its number. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answerStream,
  clientOfFakes,
  FakeStream,
  FakeWebSocket,
  fakeCursors,
  newest,
  resetNetwork,
  type Told,
} from './fake-network.ts';
import type { LiveOptions, LiveState } from './live-client.ts';

let identity: { token: string; account: string } | null;
let handedOn: Told[];
let states: [LiveState, string | null, string][];
let cursors: ReturnType<typeof fakeCursors>;
const onTokenRefused = vi.fn(async (): Promise<unknown> => undefined);
const onSessionEnded = vi.fn();
const onMissed = vi.fn<() => unknown>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  onSessionEnded.mockReset();
  onMissed.mockReset();
  resetNetwork();
  identity = { token: 'token', account: '1' };
  handedOn = [];
  states = [];
  cursors = fakeCursors();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const clientOf = (options: Partial<LiveOptions<Told>> = {}) =>
  clientOfFakes({
    token: async () => identity,
    cursors,
    onTokenRefused,
    onSessionEnded,
    onMissed,
    onMessage: (message) => handedOn.push(message),
    onState: (...told) => states.push(told),
    ...options,
  });

const socket = () => newest(FakeWebSocket.all);
const stream = () => newest(FakeStream.all);
const passed = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const isReady = () => states.at(-1)?.[0] === 'ready';
const news = () => handedOn.filter(({ type }) => type === 'grant').map(({ cursor }) => cursor);

function welcome(cursor: string | null = '10', resumed = false, account: string | null = '1'): Told {
  const serverTime = new Date().toISOString();
  return { type: 'welcome', serverTime, account: account === null ? null : { id: account }, cursor, resumed };
}

const grant = (cursor: string): Told => ({ type: 'grant', cursor });
const pong = (cursor?: string): Told => ({
  type: 'pong',
  serverTime: new Date().toISOString(),
  ...(cursor !== undefined && { cursor }),
});

/** A client whose socket is open and welcomed. */
async function welcomed(options: Partial<LiveOptions<Told>> = {}) {
  const client = clientOf(options);
  client.watch(['7']);
  await socket().accept();
  socket().say(identity ? welcome('10', false, identity.account) : welcome(null, false, null));
  return client;
}

/** Until another socket is opened; it is accepted and welcomed. */
async function comeBack(told: Told = welcome('10', true)): Promise<FakeWebSocket> {
  const { length } = FakeWebSocket.all;
  for (let tries = 0; FakeWebSocket.all.length === length && tries < 300; tries += 1) await passed(100);
  await socket().accept();
  socket().say(told);
  return socket();
}

/** A client on an event stream, since no WebSocket gets through. */
async function onStream(options: Partial<LiveOptions<Told>> = {}) {
  const client = clientOf(options);
  client.watch(['7', '8']);
  for (let failed = 0; failed < 3; failed += 1) {
    socket().end(1006);
    await passed(4_000);
  }
  return client;
}

describe('C1: who this is, and what it has heard', () => {
  test('the first time it names no cursor; claims travel only after the welcome', async () => {
    const client = clientOf();
    client.watch(['7', '8']);
    await socket().accept();
    expect(socket().sent).toEqual([{ type: 'authenticate', token: 'token' }]);
    expect(client.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(false);
    socket().say(welcome());
    expect(client.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(true);
    expect(states.at(-1)).toEqual(['ready', '1', 'socket']);
  });

  test('a guest names nobody', async () => {
    identity = null;
    await welcomed();
    expect(socket().sent[0]).toEqual({ type: 'authenticate' });
    expect(states.at(-1)).toEqual(['ready', null, 'socket']);
    expect(cursors.kept.size).toBe(0);
  });

  test.each([
    ['a welcome', [], '10'],
    ['a message', [grant('12')], '12'],
    ['a pong', [grant('12'), pong('15')], '15'],
    ['the greatest, as numbers', [grant('99'), grant('100'), pong('98')], '100'],
  ])('the cursor of %s is named when it comes back', async (_name, told, cursor) => {
    await welcomed();
    for (const message of told) socket().say(message);
    socket().end(1006);
    await comeBack();
    expect(socket().sent[0]).toEqual({ type: 'authenticate', token: 'token', cursor });
  });

  test('after a reload of the page, too', async () => {
    await welcomed();
    socket().say(grant('12'));
    await welcomed();
    expect(socket().sent[0]).toEqual({ type: 'authenticate', token: 'token', cursor: '12' });
  });

  test('another account never names the first one’s', async () => {
    const client = await welcomed();
    socket().say(grant('12'));
    identity = { token: 'other', account: '2' };
    client.identityChanged(true);
    await passed(0);
    expect(socket().sent.at(-1)).toEqual({ type: 'authenticate', token: 'other' });
    // Still told to the first one: their cursor.
    socket().say(grant('13'));
    socket().say(welcome('5', false, '2'));
    socket().say(grant('6'));
    expect(Object.fromEntries(cursors.kept)).toEqual({ 1: '13', 2: '6' });
    expect(news()).toEqual(['12', '13', '6']);
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  test('without a storage the page remembers by itself', async () => {
    await welcomed({ cursors: { read: () => null, write: () => undefined } });
    socket().say(grant('12'));
    socket().end(1006);
    await comeBack();
    expect(socket().sent[0]).toMatchObject({ cursor: '12' });
  });

  test('who cannot ask for a token becomes no guest', async () => {
    clientOf({ token: () => Promise.reject(new Error('no network')) }).connect();
    await socket().accept();
    expect(socket().sent).toEqual([]);
    expect(states.at(-1)?.[0]).toBe('waiting');
  });

  test('a fresh token goes over the same socket, and nothing else changes', async () => {
    const client = await welcomed();
    socket().say(grant('12'));
    identity = { token: 'fresh', account: '1' };
    client.identityChanged(true);
    await passed(0);
    expect(socket().sent.at(-1)).toEqual({ type: 'authenticate', token: 'fresh', cursor: '12' });
    onMissed.mockClear();
    socket().say(welcome('12', true));
    socket().say(grant('13'));
    expect(news()).toEqual(['12', '13']);
    expect(socket().of('watch')).toHaveLength(1);
    expect(onMissed).not.toHaveBeenCalled();
  });

  test('signing out needs another connection, as a guest', async () => {
    const client = await welcomed();
    identity = null;
    client.identityChanged(false);
    await comeBack(welcome(null, false, null));
    expect(FakeWebSocket.all).toHaveLength(2);
    expect(socket().sent[0]).toEqual({ type: 'authenticate' });
  });
});

describe('C2: each message once, in order', () => {
  test('what has no greater cursor is not news; what has none always is', async () => {
    await welcomed();
    for (const cursor of ['11', '11', '9', '12', '10', '100', '99']) socket().say(grant(cursor));
    socket().say({ type: 'outcome', requestId: 'r' });
    socket().say({ type: 'outcome', requestId: 'r' });
    expect(news()).toEqual(['11', '12', '100']);
    expect(handedOn.filter(({ type }) => type === 'outcome')).toHaveLength(2);
  });

  test('a cursor is kept only after its message was handed on', async () => {
    const keptThen: (string | undefined)[] = [];
    await welcomed({ onMessage: () => keptThen.push(cursors.kept.get('1')) });
    socket().say(grant('11'));
    expect(keptThen).toEqual(['10', '10']);
    expect(cursors.kept.get('1')).toBe('11');
  });

  test('so it is when whoever hears it makes the client leave this connection', async () => {
    const client = await onStream({
      onMessage: (message) => {
        handedOn.push(message);
        if (message.type === 'grant') client.watch([String(message.cursor)]);
      },
    });
    stream().say(welcome());
    stream().say(grant('12'));
    await passed(0);
    expect(FakeStream.all).toHaveLength(2);
    expect(stream().headers.get('last-event-id')).toBe('12');
  });

  test('who listens may fail, and hears the next one', async () => {
    const onMessage = vi.fn(() => {
      throw new Error('a defect of the page');
    });
    const queue = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    await welcomed({ onMessage });
    socket().say(grant('11'));
    socket().say(grant('12'));
    expect(onMessage).toHaveBeenCalledTimes(3);
    expect(queue).toHaveBeenCalledTimes(3);
    expect(cursors.kept.get('1')).toBe('12');
  });

  test('an old socket that still speaks is not heard', async () => {
    const client = await welcomed();
    const old = socket();
    client.networkLost();
    await comeBack();
    old.say(grant('11'));
    old.end(1006);
    expect(news()).toEqual([]);
    expect(isReady()).toBe(true);
  });
});

describe('C3: what was missed is asked for', () => {
  test('when the server cannot go on, and from then on with its cursor, even a smaller one', async () => {
    await welcomed();
    socket().say(grant('500'));
    onMissed.mockClear();
    socket().end(1006);
    await comeBack(welcome('20', false));
    expect(onMissed).toHaveBeenCalledOnce();
    socket().say(grant('21'));
    expect(news()).toEqual(['500', '21']);
    expect(cursors.kept.get('1')).toBe('21');
  });

  test('the first welcome of an account is one, too; a guest misses nothing', async () => {
    await welcomed();
    expect(onMissed).toHaveBeenCalledOnce();
    identity = null;
    await welcomed();
    expect(onMissed).toHaveBeenCalledOnce();
  });

  test('after a welcome that goes on nothing is', async () => {
    await welcomed();
    onMissed.mockClear();
    socket().end(1006);
    await comeBack(welcome('10', true));
    expect(onMissed).not.toHaveBeenCalled();
  });

  test('stays missed until it has been asked for, with every welcome', async () => {
    onMissed.mockRejectedValueOnce(new Error('no network')).mockReturnValueOnce(new Promise(() => undefined));
    await welcomed();
    socket().say(grant('11'));
    for (const times of [2, 3, 3]) {
      socket().end(1006);
      await comeBack(welcome('11', true));
      expect(socket().sent[0]).toMatchObject({ cursor: '11' });
      expect(onMissed).toHaveBeenCalledTimes(times);
    }
  });

  test('and for the page after a reload, which goes on nevertheless', async () => {
    onMissed.mockReturnValue(new Promise(() => undefined));
    await welcomed();
    socket().say(grant('11'));
    onMissed.mockReset();
    clientOf().connect();
    await socket().accept();
    expect(socket().sent[0]).toMatchObject({ cursor: '11' });
    socket().say(welcome('11', true));
    expect(onMissed).toHaveBeenCalledOnce();
    expect(cursors.kept.get('1')).toBe('11');
  });

  test('what was asked for before more was missed does not make up for that', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onMissed.mockReturnValueOnce(promise).mockReturnValueOnce(new Promise(() => undefined));
    await welcomed();
    socket().end(1006);
    await comeBack(welcome('20', false));
    resolve();
    await passed(0);
    socket().end(1006);
    await comeBack(welcome('20', true));
    expect(onMissed).toHaveBeenCalledTimes(3);
  });

  test('one answer is enough, whichever welcome asked for it; somebody else’s is not', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onMissed.mockReturnValueOnce(promise);
    onMissed.mockReturnValue(new Promise(() => undefined));
    const client = await welcomed();
    identity = { token: 'token', account: '2' };
    client.identityChanged(true);
    await passed(0);
    socket().say(welcome('10', false, '2'));
    resolve();
    await passed(0);
    expect([...cursors.kept]).toEqual([
      ['1', '10'],
      ['2', '10 missed'],
    ]);
  });

  test('what goes on for somebody else does not count', async () => {
    cursors.kept.set('1', '10');
    const client = clientOf();
    client.connect();
    await socket().accept();
    socket().say(welcome('4', true, '2'));
    expect(onMissed).toHaveBeenCalledOnce();
  });
});

describe('C4: coming back', () => {
  test.each([1001, 1006, 1012, 4408, 3999])('after %i within a second, and C7: it watches again', async (code) => {
    await welcomed();
    socket().end(code);
    expect(isReady()).toBe(false);
    await passed(1_000);
    expect(FakeWebSocket.all).toHaveLength(2);
    await comeBackNow();
    expect(socket().of('watch')).toEqual([{ type: 'watch', dropIds: ['7'] }]);
  });

  const comeBackNow = async () => {
    await socket().accept();
    socket().say(welcome('10', true));
  };

  test.each([1013, 4429])('after %i not before five seconds, even when the network is back', async (code) => {
    const client = await welcomed();
    socket().end(code);
    client.woken();
    client.watch(['8']);
    await passed(4_990);
    expect(FakeWebSocket.all).toHaveLength(1);
    await passed(600);
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  test.each([1009, 4400])('after %i, a defect, slowly, and it says so', async (code) => {
    const onDefect = vi.fn();
    await welcomed({ onDefect });
    socket().end(code);
    await passed(29_000);
    expect(FakeWebSocket.all).toHaveLength(1);
    expect(onDefect).toHaveBeenCalledWith(code);
  });

  test('failing again and again, it waits longer each time, up to a bound', async () => {
    clientOf({ random: () => 1 }).connect();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const failedAt = Date.now();
      const { length } = FakeWebSocket.all;
      socket().end(4408);
      while (FakeWebSocket.all.length === length) await passed(100);
      waits.push(Date.now() - failedAt);
    }
    expect(waits).toEqual([500, 900, 1_700, 3_300, 6_500, 12_900, 20_000, 20_000, 20_000]);
  });

  test('with full jitter', async () => {
    const client = clientOf({ random: () => 0 });
    client.connect();
    socket().end(1006);
    await passed(100);
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  test('at once when the network is back', async () => {
    const client = await welcomed({ random: () => 1 });
    client.networkLost();
    expect(isReady()).toBe(false);
    client.woken();
    expect(FakeWebSocket.all).toHaveLength(2);
  });
});

describe('C5: what a close code asks for', () => {
  test('4401: a fresh token first, however long that takes', async () => {
    let renewed: (value?: unknown) => void = () => undefined;
    onTokenRefused.mockImplementationOnce(() => new Promise((resolve) => (renewed = resolve)));
    const client = await welcomed();
    socket().end(4401);
    await passed(3_000);
    client.woken();
    expect(FakeWebSocket.all).toHaveLength(1);
    identity = { token: 'fresh', account: '1' };
    renewed();
    await passed(1_000);
    await socket().accept();
    expect(socket().sent[0]).toMatchObject({ token: 'fresh' });
  });

  test('4403: the session is over, and it comes back as a guest', async () => {
    await welcomed();
    onSessionEnded.mockImplementation(() => {
      identity = null;
    });
    socket().end(4403);
    expect(onSessionEnded).toHaveBeenCalledOnce();
    await comeBack(welcome(null, false, null));
    expect(socket().sent[0]).toEqual({ type: 'authenticate' });
  });

  test('4409: only when a person looks at the page again', async () => {
    const client = await welcomed();
    socket().end(4409);
    client.woken();
    client.watch(['8']);
    client.probe();
    await passed(3_600_000);
    expect(FakeWebSocket.all).toHaveLength(1);
    expect(states.at(-1)?.[0]).toBe('left');
    client.lookedAt();
    expect(FakeWebSocket.all).toHaveLength(2);
    client.lookedAt();
    expect(FakeWebSocket.all).toHaveLength(2);
  });
});

describe('C6: life signs', () => {
  test('a server that answers pings is kept, and pinged at least every 30 s', async () => {
    await welcomed();
    const opened = socket();
    let lastAt = Date.now();
    const gaps: number[] = [];
    opened.onsent = ({ type }) => {
      if (type !== 'ping') return;
      gaps.push(Date.now() - lastAt);
      lastAt = Date.now();
      setTimeout(() => opened.say(pong('10')), 20);
    };
    opened.say(pong('10'));
    await passed(300_000);
    expect(isReady()).toBe(true);
    expect(FakeWebSocket.all).toHaveLength(1);
    expect(gaps.length).toBeGreaterThan(10);
    expect(Math.max(...gaps)).toBeLessThan(30_000);
  });

  test('one that does not is given up after 10 s, although what was on its way still comes', async () => {
    await welcomed();
    await passed(9_000);
    socket().say(grant('11'));
    expect(isReady()).toBe(true);
    await passed(1_000);
    expect(isReady()).toBe(false);
    await comeBack(welcome('11', true));
    expect(socket().sent[0]).toMatchObject({ cursor: '11' });
  });

  test('one that opens and never welcomes is given up', async () => {
    clientOf().connect();
    await socket().accept();
    await passed(12_000);
    expect(states.at(-1)?.[0]).toBe('waiting');
  });

  test('after a sleep it asks at once', async () => {
    const client = await welcomed();
    for (let probe = 0; probe < 4; probe += 1) {
      socket().say(pong());
      await passed(150);
    }
    const { length } = socket().of('ping');
    client.woken();
    expect(socket().of('ping')).toHaveLength(length + 1);
  });

  test('the clock learns from every round trip', async () => {
    const onTime = vi.fn();
    await welcomed({ onTime });
    await passed(40);
    socket().say(pong());
    expect(onTime).toHaveBeenCalledTimes(2);
    const [, sentAt, receivedAt] = onTime.mock.lastCall as [string, number, number];
    expect(receivedAt - sentAt).toBe(40);
  });
});

test('C8: what is unknown is ignored', async () => {
  await welcomed();
  for (const data of ['', '{', 'null', '[]', '7', '{"type":7}', new ArrayBuffer(3)]) socket().hear(data);
  socket().say({ ...grant('11'), novelty: true });
  expect(handedOn.map(({ type }) => type)).toEqual(['welcome', 'grant']);
  expect(isReady()).toBe(true);
});

describe('C9: the event stream', () => {
  test('after three WebSockets in a row that never opened, with the last cursor', async () => {
    cursors.kept.set('1', '41');
    const client = await onStream();
    expect(FakeWebSocket.all).toHaveLength(3);
    expect(stream().url).toBe('/v1/events?watch=7,8');
    expect(stream().headers.get('authorization')).toBe('Bearer token');
    expect(stream().headers.get('last-event-id')).toBe('41');
    stream().say(welcome('41', true));
    stream().say(grant('42'));
    await passed(0);
    expect(states.at(-1)).toEqual(['ready', '1', 'events']);
    expect(news()).toEqual(['42']);
    expect(client.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(false);
  });

  test('a guest’s has no header', async () => {
    identity = null;
    await onStream();
    expect(stream().headers.get('authorization')).toBeNull();
    expect(stream().headers.get('last-event-id')).toBeNull();
  });

  test('not after two, nor when one of them was heard of in between', async () => {
    const client = clientOf();
    client.connect();
    for (const isHeard of [false, false, true, false, false]) {
      if (isHeard) {
        await socket().accept();
        socket().say(welcome());
      }
      socket().end(1006);
      await passed(4_000);
    }
    expect(FakeStream.all).toHaveLength(0);
    expect(FakeWebSocket.all).toHaveLength(6);
  });

  test('a full server, or one that wants another token, is not a blocked one', async () => {
    clientOf().connect();
    for (const code of [1013, 4401, 1013, 4401]) {
      socket().end(code);
      await passed(9_000);
    }
    expect(FakeStream.all).toHaveLength(0);
  });

  test('to watch others it is opened anew, with the last cursor', async () => {
    const client = await onStream();
    stream().say(welcome('10', false));
    stream().say(grant('12'));
    await passed(0);
    client.watch(['7', '8']);
    expect(FakeStream.all).toHaveLength(1);
    const old = stream();
    client.watch(['9']);
    await passed(0);
    expect(old.isOver).toBe(true);
    expect(stream().url).toBe('/v1/events?watch=9');
    expect(stream().headers.get('last-event-id')).toBe('12');
  });

  test('so it is with a fresh token, and after a sleep', async () => {
    const client = await onStream();
    stream().say(welcome());
    await passed(0);
    identity = { token: 'fresh', account: '1' };
    client.identityChanged(true);
    await passed(0);
    expect(stream().headers.get('authorization')).toBe('Bearer fresh');
    client.woken();
    await passed(0);
    expect(FakeStream.all).toHaveLength(3);
  });

  test.each([4401, 4403, 4409])('its close event with %i asks for the same as that close code', async (code) => {
    const client = await onStream();
    stream().say(welcome());
    await passed(0);
    stream().end(code);
    await passed(0);
    expect(onTokenRefused).toHaveBeenCalledTimes(code === 4401 ? 1 : 0);
    expect(onSessionEnded).toHaveBeenCalledTimes(code === 4403 ? 1 : 0);
    await passed(2_000);
    expect(FakeStream.all).toHaveLength(code === 4409 ? 1 : 2);
    client.lookedAt();
    await passed(0);
    expect(FakeStream.all).toHaveLength(2);
  });

  test('401 asks for a fresh token', async () => {
    answerStream.mockImplementationOnce(async () => new Response('{}', { status: 401 }));
    await onStream();
    expect(onTokenRefused).toHaveBeenCalledOnce();
    await passed(5_000);
    expect(FakeStream.all).toHaveLength(1);
  });

  test('silent for longer than two of its pongs, it is given up; each of them is a life sign', async () => {
    await onStream({ random: () => 0.5 });
    stream().say(welcome());
    for (let pongs = 0; pongs < 10; pongs += 1) {
      await passed(15_000);
      stream().say(pong('10'));
      // The WebSocket that is tried beside it does not get through either.
      if (socket().readyState === 0) socket().end(1006);
    }
    await passed(0);
    expect(FakeStream.all).toHaveLength(1);
    await passed(25_000);
    expect(isReady()).toBe(false);
    expect(stream().isOver).toBe(true);
  });

  test('when it does not get through either, it is the network: WebSockets again', async () => {
    answerStream.mockRejectedValue(new Error('no network'));
    await onStream();
    expect(answerStream).toHaveBeenCalledOnce();
    await passed(8_000);
    expect(FakeWebSocket.all).toHaveLength(4);
  });

  test('a WebSocket is tried again beside it, and when it opens the stream is left', async () => {
    await onStream({ random: () => 0.5 });
    stream().say(welcome('10', false));
    stream().say(grant('11'));
    await passed(0);
    const keepAlive = setInterval(() => stream().say(pong()), 15_000);
    await passed(30_000);
    expect(FakeWebSocket.all).toHaveLength(4);
    socket().end(1006);
    expect(isReady()).toBe(true);
    await passed(3 * 60_000);
    expect(FakeWebSocket.all).toHaveLength(4);
    await passed(60_000);
    expect(FakeWebSocket.all).toHaveLength(5);
    clearInterval(keepAlive);
    const left = stream();
    await socket().accept();
    expect(left.isOver).toBe(true);
    expect(socket().sent[0]).toEqual({ type: 'authenticate', token: 'token', cursor: '11' });
    socket().say(welcome('11', true));
    expect(states.at(-1)).toEqual(['ready', '1', 'socket']);
    expect(socket().of('watch')).toEqual([{ type: 'watch', dropIds: ['7', '8'] }]);
    socket().end(1006);
    await passed(1_000);
    expect(FakeStream.all).toHaveLength(1);
  });
});

test('C10: a claim that was not sent says so, and its answers come to whoever asks again', async () => {
  const client = await welcomed();
  expect(client.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(true);
  socket().end(1006);
  expect(client.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(false);
  await comeBack();
  expect(client.send({ type: 'claim', requestId: 'r', dropId: '7' })).toBe(true);
  socket().say({ type: 'outcome', requestId: 'r' });
  expect(handedOn.at(-1)).toEqual({ type: 'outcome', requestId: 'r' });
});

test('closed for good, it stays so', async () => {
  const client = await welcomed();
  client.close();
  await passed(60_000);
  expect(FakeWebSocket.all).toHaveLength(1);
  expect(states.at(-1)?.[0]).toBe('idle');
});
