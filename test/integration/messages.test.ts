/**
 * What S-41 promises: a buyer with two tabs on two gateways sees every message once per tab, in order, through the kill -9 of a gateway and the sleep of a laptop. Two
 * real processes, the pages' own client, and between them roads that can be frozen and cut.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { createLiveClient, type LiveMessage } from '../../web/src/realtime/live-client.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { freshRedisPrefix, hasRedis, redisUrl } from '../servers/redis.ts';
import { TestSocket } from './running-app.ts';
import { ADMIN_PASSWORD, ServerProcess } from './server-process.ts';

const CLAIMS = 60;
const EVERY_MS = 60;

/** The way from one tab to a gateway. */
class Road {
  target: number;
  readonly #server: Server;
  readonly #ends = new Set<Socket>();

  static async open(target: number): Promise<Road> {
    const road = new Road(target);
    road.#server.listen(0, '127.0.0.1');
    await once(road.#server, 'listening');
    return road;
  }

  private constructor(target: number) {
    this.target = target;
    this.#server = createServer((near) => {
      const far = dial(this.target, '127.0.0.1');
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(end);
        end.on('error', () => {});
        end.on('close', () => {
          this.#ends.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** As when a laptop sleeps: nothing moves, and nobody is told. */
  freeze(): void {
    for (const end of this.#ends) end.unpipe().pause();
  }

  cut(): void {
    for (const end of this.#ends) end.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
  }
}

class Tab {
  readonly heard: LiveMessage[] = [];
  readonly missed: number[] = [];
  readonly client: ReturnType<typeof createLiveClient>;

  constructor(road: Road, token: string, account: string) {
    this.client = createLiveClient({
      socketUrl: `ws://${road.url}/v1/socket`,
      token: async () => ({ token, account }),
      onTokenRefused: async () => {},
      onSessionEnded: () => {},
      onMessage: (message: LiveMessage) => this.heard.push(message),
      onMissed: () => this.missed.push(this.heard.length),
    });
    this.client.connect();
  }

  get cursors(): number[] {
    return this.heard
      .filter(({ type }) => ['grant', 'payment', 'notification'].includes(type))
      .map((each) => Number(each.cursor));
  }
}

describe.skipIf(!hasPostgres || !hasRedis).each([
  { name: 'PostgreSQL and Redis', redis: true },
  { name: 'PostgreSQL alone', redis: false },
])('messages on two gateways with $name', ({ redis }) => {
  const fresh = useFreshDatabase();
  let [here, there]: ServerProcess[] = [];
  let database: PostgresDatabase;
  const roads: Road[] = [];
  const tabs: Tab[] = [];

  beforeAll(async () => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 2, ledgerConnectionsMax: 1 });
    const environment: Record<string, string> = {
      ...{ DATABASE_URL: fresh.url, ROLES: 'gateway,worker', DATABASE_CONNECTIONS_MAX: '120' },
      JWT_SECRET: 'a secret of at least thirty-two characters',
      ...(redis && { REDIS_URL: redisUrl(), REDIS_PREFIX: freshRedisPrefix() }),
    };
    here = await ServerProcess.start(environment);
    there = await ServerProcess.start(environment);
  });
  afterAll(async () => {
    for (const { client } of tabs) client.close?.();
    for (const road of roads) await road.close();
    await here?.remove();
    await there?.remove();
    await database.close();
  });

  it('come once per tab, in order, through a kill -9 and a sleep', { timeout: 120_000 }, async () => {
    const [one, other] = [here, there] as [ServerProcess, ServerProcess];
    const call = async (method: string, path: string, token: string, body?: object, key?: string) => {
      const response = await fetch(`${other.url}${path}`, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { 'content-type': 'application/json' }),
          ...(key && { 'idempotency-key': key }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      // biome-ignore lint/suspicious/noExplicitAny: read as the test expects it; a wrong expectation is what it is there to find
      return { status: response.status, body: (await response.json()) as any };
    };
    const { body: session } = await call('POST', '/v1/sessions', '', { login: 'admin', password: ADMIN_PASSWORD });
    const administrator = session.accessToken as string;
    const { body: made } = await call('POST', '/v1/loadtest/accounts', administrator, { count: 1, prefix: 'tabs' });
    const { id: account, accessToken: token } = made.items[0];
    const { body: drop } = await call('POST', '/v1/drops', administrator, {
      ...{ kind: 'coupon', title: 'Many', stock: 1_000, perUserLimit: 100, discount: { percent: 5 }, validForDays: 3 },
      opensAt: new Date().toISOString(),
    });

    for (const { port } of [one, other]) {
      const road = await Road.open(port);
      roads.push(road);
      tabs.push(new Tab(road, token, account));
    }
    const [first, second] = roads as [Road, Road];
    await expect.poll(() => tabs.every(({ heard }) => heard.some(({ type }) => type === 'welcome'))).toBe(true);

    const acts = (async () => {
      for (let number = 0; number < CLAIMS; number += 1) {
        const { body: won } = await call('POST', `/v1/drops/${drop.id}/claims`, token, undefined, randomUUID());
        const act = number % 3 === 0 ? 'use' : 'cancel';
        const { status } = await call('POST', `/v1/me/grants/${won.grantId}/${act}`, token, undefined, randomUUID());
        expect(status).toBe(200);
        await pause(EVERY_MS);
      }
    })();
    await pause(CLAIMS * EVERY_MS * 0.2);
    await one.stop('SIGKILL');
    first.target = other.port;
    await pause(CLAIMS * EVERY_MS * 0.2);
    second.freeze();
    await pause(CLAIMS * EVERY_MS * 0.3);
    second.cut();
    tabs[1]?.client.woken();
    await acts;

    // Of each claim the grant and its notification, of each end the grant.
    await expect
      .poll(async () => (await database.query('select from messages where user_id = $1', [account])).length)
      .toBe(CLAIMS * 3);
    const rows = await database.query<{ number: string }>(
      'select number from messages where user_id = $1 order by number',
      [account],
    );
    const written = rows.map(({ number }) => Number(number));
    for (const tab of tabs) {
      await expect.poll(() => tab.cursors.length, { timeout: 40_000 }).toBeGreaterThanOrEqual(written.length);
      expect(tab.cursors).toEqual(written);
      expect(tab.heard.filter(({ type }) => type === 'welcome').length).toBeGreaterThan(1);
    }
  });

  it('begin anew when the database has lost some that were told', async () => {
    const { url } = there as ServerProcess;
    const session = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'admin', password: ADMIN_PASSWORD }),
    });
    const { accessToken } = (await session.json()) as { accessToken: string };
    const open = () => new TestSocket(new WebSocket(`${url.replace('http', 'ws')}/v1/socket`));
    const [guest, member] = [open(), open()];
    await guest.authenticate();
    const { cursor } = await member.authenticate(accessToken);
    // As in a replica that has not received the last commits.
    await database.query('delete from messages where number > $1', [Number(cursor) - 10]);
    await database.query('update message_head set number = $1', [Number(cursor) - 10]);
    expect(await member.closed).toMatchObject({ code: 1012 });
    const back = open();
    await back.send({ type: 'authenticate', token: accessToken, cursor });
    const welcome = await back.next({ type: 'welcome' });
    expect(welcome['resumed']).toBe(false);
    // Nobody who comes later, with a cursor of what was lost, can be taken for somebody who has seen what came after it.
    expect(Number(welcome['cursor'])).toBeGreaterThan(Number(cursor));
    await guest.send({ type: 'ping' });
    await guest.next({ type: 'pong' });
    for (const socket of [guest, back]) socket.close();
  });
});
