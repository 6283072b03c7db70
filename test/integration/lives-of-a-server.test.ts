/** A server that is stopped, killed, and started again: nothing acknowledged is lost, and the sale goes on to exactly N. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Attempt } from '../../src/history/attempt.ts';
import { checkHistory } from '../../src/history/check.ts';
import { parseLedger } from '../../src/history/ledger.ts';
import { ADMIN_PASSWORD, ServerProcess } from './server-process.ts';

// Each starts one or two servers.
vi.setConfig({ testTimeout: 90_000 });

const started: ServerProcess[] = [];
async function firstStart(environment: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await ServerProcess.start(environment);
  started.push(server);
  return server;
}

/** All but one test begin with a copy of one stopped server's data. */
let template: ServerProcess;
beforeAll(async () => {
  template = await ServerProcess.start();
  expect(await template.stop('SIGTERM')).toBe(0);
});
afterAll(() => template.remove());

async function start(environment: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await ServerProcess.start(environment, template.dataDirectory);
  started.push(server);
  return server;
}
afterEach(async () => {
  for (const server of started.splice(0)) await server.remove();
});

async function call(url: string, method: string, token?: string, body?: object): Promise<Response> {
  return fetch(url, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function prepare(
  server: ServerProcess,
  { people, stock, limit }: { people: number; stock: number; limit: number },
) {
  const session = await call(`${server.url}/v1/sessions`, 'POST', undefined, {
    login: 'admin',
    password: ADMIN_PASSWORD,
  });
  const { accessToken: admin } = (await session.json()) as { accessToken: string };
  const terms = {
    kind: 'coupon',
    title: 'A coupon',
    stock,
    perUserLimit: limit,
    discount: { percent: 5 },
    validForDays: 3,
  };
  const drop = await call(`${server.url}/v1/drops`, 'POST', admin, { ...terms, opensAt: new Date().toISOString() });
  const accounts = await call(`${server.url}/v1/loadtest/accounts`, 'POST', admin, { count: people, prefix: 'crowd' });
  return {
    admin,
    dropId: ((await drop.json()) as { id: string }).id,
    crowd: ((await accounts.json()) as { items: { id: string; accessToken: string }[] }).items,
  };
}

type Press = { readonly userId: string; readonly token: string; readonly dropId: string; readonly requestId: string };

/** Sends the claim once, and remembers what came of it. */
async function attempt(server: ServerProcess, press: Press): Promise<Attempt> {
  const { userId, dropId, requestId } = press;
  const sentAt = performance.now();
  const open: Attempt = {
    ...{ userId, dropId, requestId, kind: 'claim', transport: 'http', intendedAt: sentAt, sentAt },
    ...{
      answeredAt: null,
      status: null,
      outcome: null,
      errorCode: null,
      arrival: null,
      serial: null,
      grantId: null,
      code: null,
    },
  };
  try {
    const response = await fetch(`${server.url}/v1/drops/${dropId}/claims`, {
      method: 'POST',
      headers: { authorization: `Bearer ${press.token}`, 'idempotency-key': requestId },
    });
    const body = (await response.json()) as Partial<Attempt> & { code?: string };
    const { outcome = null, arrival = null, serial = null, grantId = null, code = null } = body;
    const granted = outcome === 'granted';
    return {
      ...{ ...open, status: response.status, answeredAt: performance.now(), outcome, arrival, serial, grantId },
      ...(granted ? { code } : { errorCode: outcome === null ? code : null }),
    };
  } catch {
    return open;
  }
}

/** Repeats the claim with its request id until somebody answers it for good. */
async function pressUntilAnswered(serverNow: () => ServerProcess, press: Press, history: Attempt[]): Promise<Attempt> {
  for (;;) {
    const seen = await attempt(serverNow(), press);
    history.push(seen);
    if (seen.outcome !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('SIGTERM', () => {
  it('answers what is in flight, tells sockets to reconnect, and ends with 0', async () => {
    const server = await start({ CLAIM_BATCH_MAX: '1' });
    const { dropId, crowd } = await prepare(server, { people: 100, stock: 1_000, limit: 1 });
    const webSocket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/socket`);
    await new Promise((resolve) => webSocket.once('open', resolve));
    webSocket.send(JSON.stringify({ type: 'authenticate' }));
    const closed = new Promise<number>((resolve) => webSocket.once('close', resolve));
    await attempt(server, { dropId, userId: 'x', token: crowd[0]?.accessToken ?? '', requestId: randomUUID() });

    const answers = crowd
      .slice(1)
      .map(({ id, accessToken }) =>
        attempt(server, { dropId, userId: id, token: accessToken, requestId: randomUUID() }),
      );
    await Promise.race(answers);
    const exitCode = await server.stop('SIGTERM');
    const told = await Promise.all(answers);
    expect(exitCode).toBe(0);
    expect(await closed).toBe(1012);
    // Each was granted, or told that the server restarts, or never taken; whoever was told is in the ledger of the next server.
    const next = await server.startAgain();
    started.push(next);
    for (const { userId, requestId, outcome, grantId } of told) {
      if (outcome !== 'granted') continue;
      const token = crowd.find(({ id }) => id === userId)?.accessToken ?? '';
      const again = await attempt(next, { dropId, userId, token, requestId });
      expect(again).toMatchObject({ outcome: 'granted', grantId });
    }
  });

  it('ends with 0 also when it comes twice, as from a terminal', async () => {
    const server = await start();
    const stopped = server.stop('SIGINT');
    expect(await Promise.all([stopped, server.stop('SIGINT')])).toEqual([0, 0]);
  });

  it('does not wait for a mail server that says nothing', async () => {
    const connections: Socket[] = [];
    const silent = createServer((socket) => connections.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const server = await start({ SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'shop@example.com' });
    const somebody = { username: 'somebody', email: 'somebody@example.com', password: 'a long password' };
    expect((await call(`${server.url}/v1/accounts`, 'POST', undefined, somebody)).status).toBe(201);
    await expect.poll(() => connections.length).toBeGreaterThan(0);
    // Not 1, which says that something held it up until it gave up.
    expect(await server.stop('SIGTERM')).toBe(0);
    for (const socket of connections) socket.destroy();
    silent.close();
  });
});

describe('kill -9 in the middle of a sale', () => {
  it('loses no acknowledged grant, and the sale goes on to exactly N', async () => {
    let server = await start({ CLAIM_BATCH_MAX: '8' });
    const stock = 150;
    const { admin, dropId, crowd } = await prepare(server, { people: 200, stock, limit: 1 });
    const history: Attempt[] = [];
    const final: Promise<Attempt>[] = [];
    const presses = crowd.map(({ id, accessToken }) => ({
      userId: id,
      token: accessToken,
      dropId,
      requestId: randomUUID(),
    }));
    const granted = () => history.filter(({ outcome }) => outcome === 'granted').length;

    for (const wave of [presses.slice(0, 70), presses.slice(70, 140), presses.slice(140)]) {
      const before = granted();
      final.push(...wave.map((press) => pressUntilAnswered(() => server, press, history)));
      // Killed once some of this wave have been told, while the others still wait.
      while (granted() === before) await new Promise((resolve) => setTimeout(resolve, 1));
      await server.stop('SIGKILL');
      server = await server.startAgain();
      started.push(server);
    }
    const answers = await Promise.all(final);
    expect(answers.filter(({ outcome }) => outcome === 'granted')).toHaveLength(stock);

    // Everybody asks once more, after all crashes: the same answer, from what the database has.
    const again = await Promise.all(presses.map((press) => attempt(server, press)));
    history.push(...again);
    const ledger = await (await call(`${server.url}/v1/drops/${dropId}/ledger`, 'GET', admin)).text();
    expect(checkHistory(history, parseLedger(ledger))).toEqual([]);
  }, 60_000);
});

describe('a data folder', () => {
  it('belongs to one server at a time', async () => {
    const server = await start();
    await expect(ServerProcess.start({ DATA_DIR: server.dataDirectory })).rejects.toThrow(
      /is in use by process \d+\. Stop that process/,
    );
  });

  it('remembers who signed out just before the restart', async () => {
    const server = await start();
    const { admin } = await prepare(server, { people: 1, stock: 1, limit: 1 });
    expect((await call(`${server.url}/v1/sessions/current`, 'DELETE', admin)).status).toBe(204);
    await server.stop();
    const next = await server.startAgain();
    started.push(next);
    expect((await call(`${next.url}/v1/me`, 'GET', admin)).status).toBe(401);
  });
});

describe('the first start', () => {
  it('prints a generated password once, makes two drops, and says where it serves', async () => {
    const server = await firstStart({ ADMIN_PASSWORD: '' });
    const password = /Administrator: admin \/ (\S+)/.exec(server.output)?.[1] ?? '';
    const session = await call(`${server.url}/v1/sessions`, 'POST', undefined, { login: 'admin', password });
    expect(session.status).toBe(201);
    const drops = (await (await call(`${server.url}/v1/drops`, 'GET')).json()) as { items: { state: string }[] };
    expect(drops.items.map(({ state }) => state)).toEqual(['open', 'scheduled']);
    await server.stop();
    const next = await server.startAgain();
    started.push(next);
    expect(next.output).not.toContain('Administrator:');
  });

  it('on a port in use ends by itself and names the port; the generated password is not lost', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const start = firstStart({ ADMIN_PASSWORD: '', PORT: String(port) });
    await expect(start).rejects.toThrow(
      new RegExp(`ended with 1 .*Administrator: admin / \\S+.*EADDRINUSE.*127\\.0\\.0\\.1:${port}`, 's'),
    );
    other.close();
  });

  it.each([
    [{ PORT: 'http' }, 'PORT=http must be a whole number'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET is not shown'],
  ])('with %j says what is wrong', async (environment, message) => {
    await expect(ServerProcess.start(environment)).rejects.toThrow(message);
  });
});
