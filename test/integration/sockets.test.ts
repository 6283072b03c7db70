import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, RunningApp, useRunningApp } from './running-app.ts';

const app = useRunningApp({ SOCKET_MESSAGES_PER_SECOND: '50' });
let crowd: Person[] = [];
beforeAll(async () => {
  crowd = await app.current.people(5);
});
const tokenOf = (place: number) => crowd[place]?.token ?? '';

describe('a socket', () => {
  it('is welcomed with the server’s time and who it is', async () => {
    const socket = app.current.socket();
    const welcome = await socket.authenticate(tokenOf(0));
    expect(welcome).toMatchObject({
      heartbeatSeconds: 30,
      account: { id: crowd[0]?.id, role: 'buyer' },
    });
    expect(Math.abs(Date.parse(String(welcome['serverTime'])) - Date.now())).toBeLessThan(5_000);
    await socket.send({ type: 'ping' });
    expect(await socket.next({ type: 'pong' })).toHaveProperty('serverTime');
    socket.close();
  });

  it('may be a guest’s: it watches, and may not claim', async () => {
    const id = await app.current.drop();
    const socket = app.current.socket();
    expect(await socket.authenticate()).toMatchObject({ account: null });
    await socket.send({ type: 'watch', dropIds: [id] });
    expect(await socket.next({ type: 'drop', dropId: id })).toMatchObject({ state: 'open', remaining: 10, stock: 10 });
    await socket.send({ type: 'claim', dropId: id, requestId: 'request-1' });
    expect(await socket.next({ type: 'error' })).toMatchObject({ code: 'unauthenticated', requestId: 'request-1' });
    await socket.authenticate(tokenOf(0));
    await socket.send({ type: 'claim', dropId: id, requestId: 'request-2' });
    expect(await socket.next({ type: 'outcome' })).toMatchObject({ outcome: 'granted', requestId: 'request-2' });
    socket.close();
  });

  it('is closed with 4401 for a bad token, and may do nothing before it has authenticated', async () => {
    const socket = app.current.socket();
    await socket.send({ type: 'watch', dropIds: ['1'] });
    expect(await socket.next({ type: 'error' })).toMatchObject({ code: 'unauthenticated' });
    await socket.send({ type: 'authenticate', token: `${tokenOf(0)}x` });
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  it.each([
    '{',
    '7',
    'null',
    '[]',
    '{}',
    '{"type":"dance"}',
    '{"type":"watch"}',
    '{"type":"watch","dropIds":[7]}',
    '{"type":"authenticate","token":7}',
    '{"type":"claim","dropId":"1"}',
    '{"type":"claim","dropId":"1","requestId":"short"}',
    '{"type":"claim","dropId":{},"requestId":"request-1"}',
    Buffer.from([1, 2, 3]),
  ])('is told that %j is malformed, and closed with 4400 at the third time', async (message) => {
    const socket = app.current.socket();
    for (let time = 0; time < 3; time += 1) await socket.send(message);
    expect(await socket.closed).toMatchObject({ code: 4400 });
    expect(socket.heard.map(({ code }) => code)).toEqual(['invalid_request', 'invalid_request', 'invalid_request']);
  });

  it('is closed with 1009 for a frame over 4 KiB', async () => {
    const socket = app.current.socket();
    await socket.send(JSON.stringify({ type: 'authenticate', token: 'x'.repeat(5_000) }));
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });

  it('is closed with 4429 when it floods', async () => {
    const socket = app.current.socket();
    for (let time = 0; time < 120; time += 1) await socket.send({ type: 'ping' });
    expect(await socket.closed).toMatchObject({ code: 4429 });
  });

  it('hears of unknown drops, and of known ones in the same breath', async () => {
    const id = await app.current.drop();
    const socket = app.current.socket();
    await socket.authenticate();
    await socket.send({ type: 'watch', dropIds: ['424242', id, id] });
    expect(await socket.next({ type: 'error' })).toMatchObject({ code: 'drop_not_found', dropId: '424242' });
    await socket.next({ type: 'drop', dropId: id });
    socket.close();
  });

  it('is closed with 4429 when it keeps asking for drops that are not there', async () => {
    const socket = app.current.socket();
    await socket.authenticate();
    for (let time = 0; time < 3; time += 1) {
      await socket.send({
        type: 'watch',
        dropIds: Array.from({ length: 100 }, (_, number) => String(900_000 + time * 100 + number)),
      });
      // In the third round the socket is closed before the last one is answered.
      if (time < 2) await socket.next({ type: 'error', dropId: String(900_099 + time * 100) });
    }
    expect(await socket.closed).toMatchObject({ code: 4429 });
  });

  it('that is offered something else than a WebSocket answers as if nothing had been offered', async () => {
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'h2c' };
      request(`${app.current.url}/v1/drops`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('may be torn down at any moment of its making', async () => {
    const port = Number(new URL(app.current.url).port);
    for (const path of ['/v1/socket', '/v1/elsewhere']) {
      for (const headers of [
        'Upgrade: websocket',
        'Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13',
        'Upgrade: h2c',
      ]) {
        await new Promise<void>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => {
            socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`);
          });
          socket.on('error', () => {});
          socket.once('data', () => socket.resetAndDestroy());
          socket.once('close', () => resolve());
        });
      }
    }
    expect((await app.current.call('GET', '/livez')).status).toBe(200);
  });

  it('must come over HTTPS where that is required', async () => {
    const { WebSocket } = await import('ws');
    const strict = await RunningApp.start({ HTTPS_REQUIRED: 'true', TRUST_PROXY: '1' });
    const url = `${strict.url.replace('http', 'ws')}/v1/socket`;
    const outcome = (headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const webSocket = new WebSocket(url, { headers });
        webSocket.once('open', () => resolve('open'));
        webSocket.once('error', (error) => resolve(error.message));
      });
    try {
      expect(await outcome({})).toContain('403');
      expect(await outcome({ 'x-forwarded-proto': 'https, http' })).toContain('403');
      expect(await outcome({ 'x-forwarded-proto': 'https' })).toBe('open');
    } finally {
      await strict.app.close();
    }
  });

  it('elsewhere than at /v1/socket is not found', async () => {
    const { WebSocket } = await import('ws');
    const webSocket = new WebSocket(`${app.current.url.replace('http', 'ws')}/v1/elsewhere`);
    const error = await new Promise<Error>((resolve) => webSocket.once('error', resolve));
    expect(error.message).toContain('404');
  });

  it('is turned away with 1013 when the server is full', async () => {
    const full = await RunningApp.start({ SOCKETS_MAX: '1' });
    try {
      const first = full.socket();
      await first.authenticate();
      expect(await full.socket().closed).toMatchObject({ code: 1013 });
    } finally {
      await full.app.close();
    }
  });
});

describe('a client that answers no Close frame', () => {
  /** Sockets by hand; `ended` counts those that the server has torn. */
  const openDeaf = (target: RunningApp) => {
    const sockets: Socket[] = [];
    let ended = 0;
    const open = (): Promise<Socket> =>
      new Promise((resolve) => {
        const socket = connect(Number(new URL(target.url).port), '127.0.0.1', () => {
          socket.write(
            'GET /v1/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
          );
        });
        socket.once('data', () => resolve(socket));
        socket.on('data', () => {});
        socket.on('error', () => {});
        socket.on('close', () => {
          ended += 1;
        });
        sockets.push(socket);
      });
    return {
      open,
      ended: () => ended,
      leave: () => {
        for (const socket of sockets) socket.destroy();
      },
    };
  };

  it('is ended when it is turned away', async () => {
    const full = await RunningApp.start({ SOCKETS_PER_ADDRESS_MAX: '2' });
    const deaf = openDeaf(full);
    try {
      for (let count = 0; count < 8; count += 1) await deaf.open();
      await expect.poll(deaf.ended).toBe(6);
    } finally {
      deaf.leave();
      await full.app.close();
    }
  });

  it('holds no more connections of its account than others', async () => {
    const few = await RunningApp.start({ SOCKETS_PER_USER_MAX: '2' });
    const deaf = openDeaf(few);
    try {
      const [person] = await few.people(1);
      const text = Buffer.from(JSON.stringify({ type: 'authenticate', token: person?.token }));
      const header = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0]);
      for (let count = 0; count < 8; count += 1) {
        const socket = await deaf.open();
        const welcomed = new Promise((resolve) => socket.once('data', resolve));
        socket.write(Buffer.concat([header, text]));
        await welcomed;
      }
      await expect.poll(deaf.ended).toBe(6);
    } finally {
      deaf.leave();
      await few.app.close();
    }
  });
});

describe('an event stream', () => {
  it('is not opened by asking for its head', async () => {
    expect((await fetch(`${app.current.url}/v1/events`, { method: 'HEAD' })).status).toBe(404);
  });
});

describe('a thousand missed messages, more than may wait for a client,', () => {
  const MISSED = 999;
  let shop: RunningApp;
  let person: Person;
  beforeAll(async () => {
    shop = await RunningApp.start({ SOCKET_UNSENT_BYTES_MAX: '16384' });
    [person] = (await shop.people(1)) as [Person];
    const body = JSON.stringify({ type: 'notification', notification: { text: '가'.repeat(380) } });
    await shop.database.query(
      'insert into messages (number, user_id, body) select number, $1, $2 from generate_series(1, 1000) number',
      [person.id, body],
    );
    await shop.database.query('update message_head set number = 1000');
  });
  afterAll(() => shop.app.close());

  it('come over a socket that is read', async () => {
    const socket = shop.socket();
    await socket.send({ type: 'authenticate', token: person.token, cursor: '1' });
    await Promise.race([socket.next({ type: 'notification', cursor: '1000' }), socket.closed]);
    expect(socket.heard.filter(({ type }) => type === 'notification')).toHaveLength(MISSED);
    socket.close();
  });

  it('come over an event stream that is read', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${shop.url}/v1/events`, {
      headers: { authorization: `Bearer ${person.token}`, 'last-event-id': '1' },
      signal: leaving.signal,
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const part of response.body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.includes('id: 1000\n') && text.endsWith('\n\n')) break;
    }
    leaving.abort();
    expect(text.split('data: {"cursor"').length - 1).toBe(MISSED);
    expect(text).not.toContain('event: close');
  });
});

describe('the live view', () => {
  it('tells watchers what is left, the last state surely, and no more than five times a second', async () => {
    const [stock, watchers] = [40, 3];
    const id = await app.current.drop({ stock, perUserLimit: stock });
    const sockets = await Promise.all(
      Array.from({ length: watchers }, async () => {
        const socket = app.current.socket();
        await socket.authenticate();
        await socket.send({ type: 'watch', dropIds: [id] });
        await socket.next({ type: 'drop', remaining: stock });
        return socket;
      }),
    );
    const startedMs = Date.now();
    for (const { token } of crowd.slice(0, 4)) {
      for (let press = 0; press < 10; press += 1) expect((await app.current.claim(id, token)).status).toBe(201);
    }
    for (const socket of sockets) {
      expect(await socket.next({ type: 'drop', remaining: 0 })).toMatchObject({ state: 'sold_out', stock });
      const frames = socket.heard.filter(({ type }) => type === 'drop');
      const seconds = (Date.now() - startedMs) / 1000;
      // The first frame answers the watch.
      expect(frames.length - 1).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 1);
      const left = frames.map(({ remaining }) => Number(remaining));
      expect(left).toEqual(left.toSorted((a, b) => b - a));
      socket.close();
    }
  });

  it('tells of the opening and the close, which nobody causes', async () => {
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    const id = await app.current.drop({ opensAt: inMs(3_600_000) });
    const socket = app.current.socket();
    await socket.authenticate();
    await socket.send({ type: 'watch', dropIds: [id] });
    await socket.next({ type: 'drop', dropId: id, state: 'scheduled' });
    // One after the other, each when the one before was heard: there is no hour that a slow machine could miss.
    const token = await app.current.administrator();
    const amend = (body: object) => app.current.call('PATCH', `/v1/drops/${id}`, { token, body });
    expect((await amend({ opensAt: inMs(500) })).status).toBe(200);
    await socket.next({ type: 'drop', dropId: id, state: 'open' });
    expect((await amend({ closesAt: inMs(500) })).status).toBe(200);
    await socket.next({ type: 'drop', dropId: id, state: 'closed' });
    const states = socket.heard.filter(({ type }) => type === 'drop').map(({ state }) => state);
    expect(states.filter((state, place) => state !== states[place - 1])).toEqual(['scheduled', 'open', 'closed']);
    socket.close();
  });

  it('follows an administrator’s changes', async () => {
    const id = await app.current.drop();
    const socket = app.current.socket();
    await socket.authenticate();
    await socket.send({ type: 'watch', dropIds: [id] });
    await app.current.call('PATCH', `/v1/drops/${id}`, {
      token: await app.current.administrator(),
      body: { stock: 25 },
    });
    await socket.next({ type: 'drop', dropId: id, stock: 25, remaining: 25 });
    await app.current.call('POST', `/v1/drops/${id}/cancel`, { token: await app.current.administrator() });
    await socket.next({ type: 'drop', dropId: id, state: 'cancelled' });
    socket.close();
  });
});
