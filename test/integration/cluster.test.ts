/** The scaled system as `npm run cluster` starts it: one shop over several processes, which one of them may leave at any time. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hasDocker } from '../../ops/servers/docker.ts';
import { becomesTrue } from '../../ops/servers/local-server.ts';
import { isCi } from '../../ops/servers/packages.ts';
import { findPostgresBinaries } from '../../ops/servers/postgres-binaries.ts';
import { isRunning } from '../../ops/servers/process-tree.ts';
import { type Answer, type CallOptions, couponDrop, TestSocket } from './running-app.ts';
import { ADMIN_PASSWORD, RunningCluster } from './running-cluster.ts';

/** PostgreSQL is all that it cannot do without. */
const hasServers = isCi || hasDocker() || findPostgresBinaries() !== undefined;

describe.skipIf(!hasServers)('a cluster', () => {
  let cluster: RunningCluster;
  let dropId = '';
  let crowd: { readonly id: string; readonly accessToken: string }[] = [];
  beforeAll(async () => {
    cluster = await RunningCluster.start();
    const admin = await call(cluster.url, 'POST', '/v1/sessions', {
      body: { login: 'admin', password: ADMIN_PASSWORD },
    });
    const token = admin.body.accessToken;
    const drop = await call(cluster.url, 'POST', '/v1/drops', { token, body: { ...couponDrop(), stock: 1_000 } });
    dropId = drop.body.id;
    const people = { count: 100, prefix: 'crowd' };
    const accounts = await call(cluster.url, 'POST', '/v1/loadtest/accounts', { token, body: people });
    crowd = accounts.body.items;
    // Kafka alone takes five seconds, and more where tests of other files run beside it.
  }, 120_000);
  afterAll(() => cluster?.stop());

  const tokenOf = (place: number): string => crowd[place]?.accessToken ?? '';
  const gatewayUrl = (number: number): string =>
    cluster.processes.find(({ name }) => name === `gateway-${number}`)?.url ?? '';
  const claim = (url: string, place: number, requestId: string = randomUUID()) =>
    call(url, 'POST', `/v1/drops/${dropId}/claims`, {
      token: tokenOf(place),
      headers: { 'idempotency-key': requestId },
    });
  const openSocket = () => new TestSocket(new WebSocket(`${cluster.url.replace('http', 'ws')}/v1/socket`));

  it('is one shop: what one gateway grants, the other knows', async () => {
    const requestId = randomUUID();
    const [here, there] = [await claim(gatewayUrl(1), 0, requestId), await claim(gatewayUrl(2), 1)];
    expect([here.status, there.status]).toEqual([201, 201]);
    expect([here.body.serial, there.body.serial].sort()).toEqual([1, 2]);
    expect((await claim(gatewayUrl(2), 0, requestId)).body).toMatchObject({ grantId: here.body.grantId });
    expect((await claim(cluster.url, 2)).body).toMatchObject({ outcome: 'granted', serial: 3 });
  });

  it('carries a socket, which hears of what is granted elsewhere', async () => {
    const socket = openSocket();
    await socket.authenticate(tokenOf(3));
    await socket.send({ type: 'watch', dropIds: [dropId] });
    await socket.next({ type: 'drop', dropId });
    await socket.send({ type: 'claim', dropId, requestId: 'over-the-socket' });
    expect(await socket.next({ type: 'outcome' })).toMatchObject({ outcome: 'granted', serial: 4 });
    await Promise.all([claim(gatewayUrl(1), 4), claim(gatewayUrl(2), 5)]);
    await becomesTrue(() => socket.heard.some(({ remaining }) => remaining === 994), 5_000);
    expect(socket.heard.at(-1)).toMatchObject({ remaining: 994 });
    socket.close();
  });

  it('serves on when a gateway is killed, and starts it again', async () => {
    const victim = cluster.processes.find(({ name }) => name === 'gateway-2');
    const sockets = Array.from({ length: 10 }, openSocket);
    for (const socket of sockets) await socket.authenticate(tokenOf(6));
    const remainingAt = async (url: string) => (await call(url, 'GET', `/v1/drops/${dropId}`)).body.remaining;
    await expect.poll(() => remainingAt(cluster.url)).toBe(994);

    // Killed in the middle of claims, over nginx; whoever is told 503 asks again with the same key, as clients do.
    const places = Array.from({ length: 80 }, (_, index) => 10 + index);
    const claims = places.map((place) => claimUntilAnswered(place));
    await Promise.race(claims);
    process.kill(victim?.processId ?? 0, 'SIGKILL');
    const outcomes = await Promise.all(claims);
    expect(outcomes).toEqual(places.map(() => 'granted'));
    await expect.poll(() => remainingAt(gatewayUrl(1))).toBe(994 - places.length);

    // Some sockets were its own; they come back to whoever is there.
    const codes = sockets.map((socket) =>
      Promise.race([socket.closed, new Promise((resolve) => setTimeout(resolve, 200))]),
    );
    // Without nginx, all of them are the first gateway's.
    const lost = (await Promise.all(codes)).filter(Boolean).length;
    expect(lost > 0).toBe(cluster.output.includes('nginx, before all gateways'));
    const again = openSocket();
    await again.authenticate(tokenOf(6));
    for (const socket of [...sockets, again]) socket.close();

    expect(await cluster.says('gateway-2 has ended (SIGKILL): starting it again', 5_000)).toBe(true);
    expect(await cluster.says('gateway-2 is back', 20_000)).toBe(true);
    expect((await claim(gatewayUrl(2), 7)).status).toBe(201);
  }, 60_000);

  it('ends at SIGTERM, in order, and leaves no process behind', async () => {
    const socket = openSocket();
    await socket.authenticate(tokenOf(8));
    const processes = cluster.processIds();
    expect(processes.length).toBeGreaterThan(6);
    expect(await cluster.stop()).toBe(0);
    expect(await socket.closed).toMatchObject({ code: 1012 });
    expect(await becomesTrue(() => !processes.some(isRunning), 5_000)).toBe(true);
    const stops = [...cluster.output.matchAll(/(\w+) stopped /g)].map(([, what]) => what);
    expect(stops.filter((what) => what !== 'nginx')).toEqual(['gateways', 'processes', 'servers']);
  });

  async function claimUntilAnswered(place: number): Promise<string> {
    const requestId = randomUUID();
    for (;;) {
      const { status, body } = await claim(cluster.url, place, requestId);
      if (status !== 503 && status !== 429 && status !== 202) return String(body.outcome ?? status);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});

async function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { token, body, headers } = options;
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
