/** The worker's jobs on the ledger: the relay of its log, and the counting after it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PgliteDatabase } from '../adapters/pglite-database.ts';
import { newCode } from '../coupons/code.ts';
import { migrate } from '../database/migrate.ts';
import { createDrop } from '../drops/store.ts';
import { newTerms } from '../drops/terms.ts';
import { FencedOff, raiseFence } from '../fleet/fences.ts';
import { Ledger } from './ledger.ts';
import { type Mismatch, mismatchesOf, reconcileJob } from './reconcile.ts';
import { type RelayedEntry, relayJob } from './relay.ts';

describe('the jobs on the ledger', () => {
  let database: PgliteDatabase;
  let dropId: string;

  beforeAll(async () => {
    database = await PgliteDatabase.open(null);
    await migrate(database);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    const ledger = new Ledger(database, newCode);
    const input = { title: 'A drop', stock: 2, opensAt: new Date().toISOString(), discount: { percent: 10 } };
    dropId = (await createDrop(database, newTerms('coupon', { ...input, validForDays: 1 }, Date.now()))).id;
    for (const userId of ['1', '2', '3']) await ledger.claim(dropId, [{ userId, requestId: 'request-1' }]);
  });

  describe('the relay', () => {
    let relayed: RelayedEntry[];
    const topic = { put: async (entries: readonly RelayedEntry[]) => void relayed.push(...entries) };
    const numbers = () => relayed.filter((entry) => entry.dropId === dropId).map(({ number }) => number);
    const positionOf = () => database.query('select number from relay_positions where drop_id = $1', [dropId]);
    beforeEach(() => {
      relayed = [];
    });

    it('tells each entry once, in order, as the log has it', async () => {
      const relay = relayJob(database, topic, () => {});
      const fence = await raiseFence(database, 'relay');
      await relay.run(fence);
      await relay.run(fence);
      expect(numbers()).toEqual([1, 2, 3, 4]);
      expect(relayed.find(({ dropId: id, number }) => id === dropId && number === 2)).toMatchObject({
        kind: 'claims',
        body: { firstArrival: 1, outcomes: 'g', userIds: ['1'], requestIds: ['request-1'] },
      });
    });

    it('tells again what the topic may not have got', async () => {
      const fence = await raiseFence(database, 'relay');
      const failing = { put: () => Promise.reject(new Error('no brokers')) };
      await expect(relayJob(database, failing, () => {}).run(fence)).rejects.toThrow('no brokers');
      expect(await positionOf()).toEqual([]);
      await relayJob(database, topic, () => {}).run(fence);
      expect(numbers()).toEqual([1, 2, 3, 4]);
    });

    it('is fenced off when another worker has taken over, before it tells and before it writes', async () => {
      const late = await raiseFence(database, 'relay');
      const paused = {
        async put() {
          await raiseFence(database, 'relay');
        },
      };
      await expect(relayJob(database, paused, () => {}).run(late)).rejects.toThrow(FencedOff);
      expect(await positionOf()).toEqual([]);
      await expect(relayJob(database, topic, () => {}).run(late)).rejects.toThrow(FencedOff);
      expect(relayed).toEqual([]);
    });
  });

  describe('the reconciliation', () => {
    it('finds nothing in a ledger that nobody has touched', async () => {
      expect(await mismatchesOf(database, [dropId])).toEqual([]);
    });

    it.each([
      ['a lost grant', 'delete from grants where drop_id = $1 and serial = 1', /granted 2, live grants 1/],
      ['a claim too many', `insert into claims values ($1, 9, 9, now(), 'sold_out', null, 'forged')`, /claims 4/],
      ['a missing entry', 'delete from log_entries where drop_id = $1 and number = 3', /entries 4, log 3/],
      ['a counter that was set', 'update drops set granted = 1 where id = $1', /granted 1, live grants 2/],
    ])('finds %s, and says what differs', async (_what, damage, expected) => {
      await database.query(damage, [dropId]);
      let found: readonly Mismatch[] = [];
      await reconcileJob(database, { onLooked: (mismatches) => (found = mismatches) }).run(1);
      expect(found.filter((mismatch) => mismatch.dropId === dropId)).toEqual([
        { dropId, difference: expect.stringMatching(expected) },
      ]);
    });
  });
});
