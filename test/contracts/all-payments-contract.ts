/** Everybody's payments: what is rare is found, a page at a time, and no statement reads for long. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/database/database.ts';
import { buildIndexes } from '../../src/database/indexes.ts';
import { type AnyPaymentFilter, allPayments } from '../../src/payments/all-payments.ts';
import type { PaymentPlace } from '../../src/payments/store.ts';
import { openDrop } from './grant-ledger-stage.ts';

const PAYMENTS = 9_000;
/** Rows that one statement looks at, at most. */
const WINDOW_MAX = 4_096;

export function allPaymentsContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: everybody’s payments on ${adapter}`, () => {
    let database: Database;
    let dropId: string;
    let otherId: string;

    beforeAll(async () => {
      database = databaseOf();
      await buildIndexes(database);
      [dropId, otherId] = [await openSale(), await openSale()];
      // The oldest are few, and of another kind: by points, of the other drop, in dollars.
      await database.query(
        `insert into payments (id, request_id, drop_id, serial, user_id, amount, created_at, method, currency, state, decided_at)
         select 'all-' || n, 'r' || n, case when n > $1::int - 2 then $3::bigint else $2 end, n, n, 5, now() - n * interval '1 millisecond',
                case when n % 3000 = 0 then 'points' else 'sandbox' end, case when n = $1 then 'USD' else 'KRW' end,
                case when n in (1, 5000) then 'failed' else 'succeeded' end, now()
         from generate_series(1, $1::int) n`,
        [PAYMENTS, dropId, otherId],
      );
    });

    async function openSale(): Promise<string> {
      const id = await openDrop(database, { kind: 'product', stock: 10, limit: 1, line: false });
      await database.query(
        `insert into grants (drop_id, serial, user_id, arrival, granted_at, hold_until, expires_at, state)
         select $1, n, n, n, now(), now(), now() + interval '1 hour', 'confirmed' from generate_series(1, $2::int) n`,
        [id, PAYMENTS],
      );
      return id;
    }

    async function allOf(
      filter: Partial<AnyPaymentFilter>,
      through: Queryable = database,
      limit = 2,
    ): Promise<{ ids: string[]; pages: number }> {
      const ids: string[] = [];
      let after: PaymentPlace | undefined;
      for (let pages = 1; ; pages += 1) {
        const { payments, next } = await allPayments(through, { ...filter, limit, ...(after && { after }) });
        ids.push(...payments.map(({ id }) => id));
        if (next === null) return { ids, pages };
        after = next;
      }
    }
    const numbered = (...numbers: number[]) => numbers.map((number) => `all-${number}`);

    it.each<[string, () => Partial<AnyPaymentFilter>, string[]]>([
      ['by method', () => ({ method: 'points' }), numbered(3_000, 6_000, 9_000)],
      ['by currency', () => ({ currency: 'USD' }), numbered(9_000)],
      ['by both', () => ({ method: 'sandbox', currency: 'USD' }), []],
      ['that failed', () => ({ state: 'failed' }), numbered(1, 5_000)],
      ['that failed, of a drop', () => ({ state: 'failed', dropId }), numbered(1, 5_000)],
      ['of a drop', () => ({ dropId: otherId }), numbered(8_999, 9_000)],
      ['of a drop, by method', () => ({ dropId: otherId, method: 'points' }), numbered(9_000)],
      ['of a drop, by another', () => ({ dropId: otherId, method: 'toss' }), []],
      [
        'that succeeded, by method and currency',
        () => ({ state: 'succeeded', method: 'points', currency: 'USD' }),
        numbered(9_000),
      ],
    ])('are found %s', async (_, filter, expected) => {
      expect((await allOf(filter())).ids).toEqual(expected);
    });

    it('all come, newest first, each once', async () => {
      const { ids } = await allOf({ dropId }, database, 700);
      expect(ids).toEqual(numbered(...Array.from({ length: PAYMENTS - 2 }, (_, place) => place + 1)));
    });

    it('what there is not is looked for in short statements', async () => {
      const looked: number[] = [];
      const watched = watching((rows) => looked.push((rows[0] as { looked?: number } | undefined)?.looked ?? 0));
      expect((await allOf({ method: 'none', dropId }, watched)).ids).toEqual([]);
      expect(Math.max(...looked)).toBeLessThanOrEqual(WINDOW_MAX);
      expect(looked.reduce((sum, each) => sum + each, 0)).toBe(PAYMENTS - 2);
    });

    it('and not for ever: a page ends where it is, and the next one goes on', async () => {
      const slow = watching(() => new Promise((resolve) => setTimeout(resolve, 400)));
      const { payments, next } = await allPayments(slow, { method: 'points', limit: 2 });
      expect(payments).toEqual([]);
      expect(next).not.toBeNull();
      const onward = await allPayments(database, { method: 'points', limit: 1, ...(next && { after: next }) });
      expect(onward.payments.map(({ id }) => id)).toEqual(numbered(3_000));
    });

    function watching(saw: (rows: readonly object[]) => unknown): Queryable {
      return {
        async query<Row extends object>(text: string, parameters?: readonly unknown[]): Promise<Row[]> {
          const rows = await database.query<Row>(text, parameters);
          await saw(rows);
          return rows;
        },
        execute: (script) => database.execute(script),
      };
    }
  });
}
