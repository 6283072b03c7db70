/** Paying with points, on both databases. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertAccount } from '../../src/accounts/store.ts';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PointsPaymentMethod } from '../../src/adapters/points-payment-method.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Database } from '../../src/database/database.ts';
import { Problem } from '../../src/http/problem.ts';
import type { Order } from '../../src/payments/method.ts';
import { Points } from '../../src/payments/points.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { paymentMethodContract } from './payment-method-contract.ts';

const ENOUGH = 10_000_000;

describe('points on PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  pointsTests('pglite', () => database);
});

describe.skipIf(!hasPostgres)('points on PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 8, ledgerConnectionsMax: 1 });
  });
  afterAll(() => database.close());
  pointsTests('postgres', () => database);
});

function pointsTests(adapter: string, databaseOf: () => Database): void {
  let buyers = 0;

  async function newBuyer(balance: number): Promise<{ id: string; username: string }> {
    buyers += 1;
    const username = `buyer-${buyers}`;
    const account = { username, email: `${username}@example.com`, passwordHash: '', role: 'buyer' as const };
    const { id } = await insertAccount(databaseOf(), account);
    if (balance > 0) await give(username, balance);
    return { id, username };
  }

  const points = (): Points => new Points(databaseOf());
  const give = (username: string, amount: number, requestId: string = randomUUID()) =>
    points().give({ username, amount, reason: 'a gift', administratorId: '1', requestId });

  const newOrder = (userId: string, amount: number): Order => ({
    ...{ id: randomUUID(), title: 'A kettle', currency: 'KRW' },
    ...{ userId, amount },
  });

  paymentMethodContract(`points on ${adapter}`, () => ({
    method: new PointsPaymentMethod(points()),
    order: async (amount) => newOrder((await newBuyer(ENOUGH)).id, amount),
    approve: async () => ({}),
    async refuse({ userId }) {
      const [row] = await databaseOf().query<{ username: string }>('select username from accounts where id = $1', [
        userId,
      ]);
      await give(row?.username ?? '', -ENOUGH);
      return {};
    },
    async books({ id }) {
      const rows = await databaseOf().query<{ kind: string; amount: string }>(
        'select kind, amount from point_entries where order_id = $1',
        [id],
      );
      const sum = (kind: string) =>
        rows.filter((row) => row.kind === kind).reduce((all, row) => all + Number(row.amount), 0);
      return { charged: -sum('spent') + 0, refunded: sum('refunded') };
    },
  }));

  describe(`points on ${adapter}`, () => {
    it('cannot be spent twice, by many orders at once', async () => {
      const method = new PointsPaymentMethod(points());
      const { id } = await newBuyer(250);
      const answers = await Promise.all(Array.from({ length: 10 }, () => method.charge(newOrder(id, 100))));
      expect(answers.filter(({ state }) => state === 'charged')).toHaveLength(2);
      expect(await points().balance(id)).toBe(50);
    });

    it('come back with a refund', async () => {
      const method = new PointsPaymentMethod(points());
      const { id } = await newBuyer(100);
      const order = newOrder(id, 100);
      await method.charge(order);
      expect(await points().balance(id)).toBe(0);
      await method.refund(order);
      expect(await points().balance(id)).toBe(100);
    });

    it('are given once for each request, whatever the repeat says', async () => {
      const { username } = await newBuyer(0);
      const requestId = randomUUID();
      expect(await give(username, 100, requestId)).toEqual({ username, balance: 100 });
      expect(await give(username.toUpperCase(), 300, requestId)).toEqual({ username, balance: 100 });
      const all = await Promise.all(Array.from({ length: 5 }, () => give(username, 7, `${requestId}-again`)));
      expect(all.at(-1)).toEqual({ username, balance: 107 });
    });

    it('are taken down to nothing, and no further', async () => {
      const { username } = await newBuyer(100);
      expect(await give(username, -60)).toEqual({ username, balance: 40 });
      await expect(give(username, -41)).rejects.toThrow('must be >= -40');
      expect(await give(username, -40)).toEqual({ username, balance: 0 });
    });

    it('are given to accounts only', async () => {
      await expect(give('nobody-at-all', 1)).rejects.toThrow(Problem);
    });
  });
}
