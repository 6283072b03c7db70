/** A server that is killed while people pay, three times, and started again: in the end each charge is confirmed or given back. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it, vi } from 'vitest';
import { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { TEST_CARDS } from '../../src/adapters/sandbox-payment-method.ts';
import { PaymentShop } from './payment-shop.ts';
import { ADMIN_PASSWORD, ServerProcess } from './server-process.ts';

const PEOPLE = 24;
const KILLS = 3;
const EFFECTS = ['succeeds', 'succeeds', 'times_out_charged', 'times_out_uncharged', 'answers_twice', 'declined'];

interface Buyer {
  readonly token: string;
  readonly grantId: string;
}

let server: ServerProcess | undefined;
afterAll(() => server?.remove());

it('no charge is left behind', { timeout: 180_000 }, async () => {
  server = await ServerProcess.start({ PAYMENT_GRACE_SECONDS: '1', LOG_LEVEL: 'fatal' });
  const { url } = server;

  async function call(method: string, path: string, token?: string, body?: object, key?: string) {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: as the tests expect it
    return (await response.json()) as any;
  }

  const { accessToken: admin } = await call('POST', '/v1/sessions', undefined, {
    ...{ login: 'admin', password: ADMIN_PASSWORD },
  });
  const terms = { kind: 'product', title: 'A kettle', stock: PEOPLE, price: 1_000, opensAt: new Date().toISOString() };
  const drop = await call('POST', '/v1/drops', admin, terms);
  const { items } = await call('POST', '/v1/loadtest/accounts', admin, { count: PEOPLE, prefix: 'buyer' });
  const buyers: Buyer[] = [];
  for (const { accessToken: token } of items) {
    const { grantId } = await call('POST', `/v1/drops/${drop.id}/claims`, token, undefined, randomUUID());
    buyers.push({ token, grantId });
  }
  const pay = async ({ token, grantId }: Buyer, place: number) => {
    const effect = EFFECTS[place % EFFECTS.length];
    const card = TEST_CARDS.find((each) => each.effect === effect)?.card;
    const path = `/v1/me/grants/${grantId}/payments`;
    return call('POST', path, token, { method: 'sandbox', card }, randomUUID()).catch(() => undefined);
  };

  for (let kill = 0; kill < KILLS; kill += 1) {
    let answered = 0;
    const paying = buyers.map(async (buyer, place) => {
      await pause(Math.random() * 300);
      await pay(buyer, place + kill);
      answered += 1;
    });
    const killAfter = 1 + Math.floor(Math.random() * 8);
    await vi.waitUntil(() => answered >= killAfter, { timeout: 10_000, interval: 1 });
    await server.stop('SIGKILL');
    await Promise.all(paying);
    server = await server.startAgain();
  }
  const open = () => Promise.all(buyers.map(({ token }) => call('GET', '/v1/me/payments', token)));
  await vi.waitFor(
    async () => {
      const payments = (await open()).flatMap(({ items: mine }) => mine);
      expect(payments.length).toBeGreaterThan(0);
      for (const { state } of payments) expect(['succeeded', 'failed', 'refunded']).toContain(state);
    },
    { timeout: 60_000, interval: 250 },
  );
  expect(await server.stop('SIGTERM')).toBe(0);

  const database = await PgliteDatabase.open(join(server.dataDirectory, 'database'));
  try {
    await new PaymentShop(database).expectSound();
    const charged = await database.query('select from sandbox_charges');
    expect(charged.length).toBeGreaterThan(0);
  } finally {
    await database.close();
  }
});
