/** The herald with much to tell at once, with others beside it, and with what cannot be told. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database, Queryable } from '../../src/database/database.ts';
import { HeraldWorld } from './herald-world.ts';

/** Of one transaction. */
const PEOPLE_MAX = 500;

export function heraldTroubleContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: the herald in trouble on ${adapter}`, () => {
    let world: HeraldWorld;
    beforeAll(() => {
      world = new HeraldWorld(databaseOf());
    });
    beforeEach(async () => {
      // A herald looks at all drops and payments from time to time: here when time is said to pass, and not by chance.
      vi.useFakeTimers({ toFake: ['performance'] });
      await world.told();
      world.batches.length = 0;
      world.untold.length = 0;
    });

    afterEach(() => void vi.useRealTimers());

    const everybody = (count: number) => Array.from({ length: count }, () => world.person());

    async function claimAll(dropId: string, people: readonly string[]): Promise<void> {
      await world.ledger.claim(
        dropId,
        people.map((userId) => ({ userId, requestId: randomUUID() })),
      );
    }

    /** Of those told in this drop: who heard of which unit, in that order. */
    async function unitsTold(dropId: string): Promise<string[]> {
      const rows = await world.database.query<{ userId: string; serial: number }>(
        `select user_id::text as "userId", (body::json -> 'grant' ->> 'serial')::int as serial from messages
         where body::json ->> 'type' = 'grant' and body::json -> 'grant' ->> 'dropId' = $1 order by number`,
        [dropId],
      );
      return rows.map(({ userId, serial }) => `${userId} ${serial}`);
    }

    /** The database, with something between each transaction's statements and it. */
    function seen(
      transaction: (work: (transaction: Queryable) => Promise<unknown>, on: Queryable) => Promise<unknown>,
    ): Database {
      const { database } = world;
      return Object.assign(Object.create(database), {
        query: database.query.bind(database),
        transaction: (work: (on: Queryable) => Promise<unknown>) =>
          database.transaction((held) => transaction(work, held)),
      });
    }

    it('tells of a large entry in parts, each person once, whatever becomes of a part', async () => {
      const dropId = await world.drop({ price: 100, stock: 1_100 });
      const [winners, losers] = [everybody(1_100), everybody(200)];
      await world.database.query(
        `insert into notification_settings (user_id, language, choices)
         select id, 'en', '{"refused":["in_app"]}' from unnest($1::bigint[]) id`,
        [losers],
      );
      await claimAll(dropId, [...winners, ...losers]);
      let commits = 0;
      const failing = seen(async (work, on) => {
        const result = await work(on);
        commits += 1;
        if (commits === 2) throw new Error('undone');
        return result;
      });
      await world.herald(failing).job.run();
      await world.told();
      expect(await unitsTold(dropId)).toEqual(winners.map((userId, place) => `${userId} ${place + 1}`));
      const refused = await world.database.query<{ arrival: number; userId: string }>(
        `select user_id::text as "userId", (data ->> 'arrival')::int as arrival from notifications
         where type = 'refused' and user_id = any($1::bigint[]) order by id`,
        [losers],
      );
      expect(refused).toEqual(losers.map((userId, place) => ({ userId, arrival: 1_101 + place })));
      expect(world.batches.length).toBeGreaterThanOrEqual(3);
      // A message and a notification each.
      expect(Math.max(...world.batches.map(({ length }) => length))).toBeLessThanOrEqual(2 * PEOPLE_MAX);
      expect(await world.scheduled(winners[499] ?? '', 'slot_expiring')).toHaveLength(1);
      expect(await world.scheduled(winners[500] ?? '', 'slot_expiring')).toHaveLength(1);
    });

    it('comes back at once to drops for which there was no room', async () => {
      const drops = [
        await world.drop({ stock: 600 }),
        await world.drop({ stock: 600 }),
        await world.drop({ stock: 600 }),
      ];
      const herald = world.herald();
      await herald.job.run();
      for (const dropId of drops) {
        await claimAll(dropId, everybody(400));
        herald.hear({ dropId });
      }
      await herald.job.run();
      for (const dropId of drops) expect(await unitsTold(dropId)).toHaveLength(400);
    });

    it('comes back at its next hour to a drop that another has in its hands', async () => {
      const dropId = await world.drop();
      let isBusy = false;
      let tries = 0;
      const herald = world.herald(
        seen((work, on) =>
          work({
            ...on,
            query: (text, parameters) => {
              if (!text.includes('skip locked')) return on.query(text, parameters);
              tries += 1;
              return isBusy ? Promise.resolve([]) : on.query(text, parameters);
            },
          }),
        ),
      );
      await herald.job.run();
      isBusy = true;
      tries = 0;
      await claimAll(dropId, everybody(1));
      herald.hear({ dropId });
      await herald.job.run();
      expect(tries).toBe(1);
      isBusy = false;
      await herald.job.run();
      expect(await unitsTold(dropId)).toHaveLength(1);
      await herald.job.run();
      expect(tries).toBe(2);
    });

    it('one entry that cannot be told holds up nobody else, and is told of when it can be', async () => {
      const [good, bad] = [await world.drop(), await world.drop()];
      const [ana, ben, cho] = everybody(3) as [string, string, string];
      await claimAll(bad, [ana]);
      await claimAll(bad, [ben]);
      await claimAll(good, [cho]);
      const year = (to: number) =>
        world.database.query(
          `update grants set valid_until = make_timestamptz($2, 1, 1, 0, 0, 0) where drop_id = $1 and serial = 2`,
          [bad, to],
        );
      await year(10_000);
      let transactions = 0;
      const herald = world.herald(
        seen((work, on) => {
          transactions += 1;
          return work(on);
        }),
      );
      await herald.job.run();
      expect(await unitsTold(good)).toEqual([`${cho} 1`]);
      expect(await unitsTold(bad)).toEqual([`${ana} 1`]);
      // `created`, and the claim that can be told.
      expect(world.untold).toEqual([{ dropId: bad, entry: 3 }]);
      // It stands still: others go on without a try for it.
      transactions = 0;
      await claimAll(good, [ben]);
      for (const dropId of [good, bad]) herald.hear({ dropId });
      await herald.job.run();
      expect([transactions, world.untold.length]).toEqual([1, 1]);
      expect(await unitsTold(good)).toHaveLength(2);
      await year(2_100);
      await world.herald().job.run();
      expect(await unitsTold(bad)).toEqual([`${ana} 1`, `${ben} 2`]);
    });

    it('one payment that cannot be told of holds up no other’s', async () => {
      const dropId = await world.drop({ price: 100 });
      const [ana, ben] = everybody(2) as [string, string];
      await claimAll(dropId, [ana, ben]);
      const [bad, good] = [randomUUID(), randomUUID()];
      for (const [place, id] of [bad, good].entries()) {
        const userId = [ana, ben][place] ?? '';
        await world.payments.open({
          id,
          dropId,
          serial: place + 1,
          userId,
          method: 'sandbox',
          requestId: id,
          ask: true,
        });
        await world.payments.decide(id, { word: 'declined', failure: 'card_declined' }, null);
      }
      const year = (to: number) =>
        world.database.query('update payments set created_at = make_timestamptz($2, 1, 1, 0, 0, 0) where id = $1', [
          bad,
          to,
        ]);
      await year(10_000);
      const herald = world.herald();
      await herald.job.run();
      expect(world.untold).toEqual([{ paymentId: bad }]);
      expect([await world.notified(ana), await world.notified(ben)]).toEqual([
        ['granted'],
        ['payment_result', 'granted'],
      ]);
      vi.advanceTimersByTime(5_000);
      await herald.job.run();
      expect(world.untold).toHaveLength(1);
      await year(2_026);
      await world.herald().job.run();
      expect(await world.notified(ana)).toEqual(['granted', 'payment_result']);
    });

    it('a database that is away is nobody’s fault, and is not asked of each', async () => {
      const dropId = await world.drop();
      await claimAll(dropId, everybody(1));
      let asked = 0;
      const away: Database = Object.assign(Object.create(world.database), {
        query: () => Promise.reject(new Error('away')),
        transaction: () => {
          asked += 1;
          return Promise.reject(new Error('away'));
        },
      });
      const herald = world.herald(away);
      for (let drop = 1; drop <= 50; drop += 1) herald.hear({ dropId: `${drop}` });
      await expect(herald.job.run()).rejects.toThrow('away');
      expect([world.untold, asked]).toEqual([[], 0]);
      expect(await unitsTold(dropId)).toEqual([]);
    });

    it('begins nothing more when it hears of a stop', async () => {
      const dropId = await world.drop({ stock: 3_000 });
      await claimAll(dropId, everybody(2_000));
      const stop = new AbortController();
      const herald = world.herald(
        seen(async (work, on) => {
          const result = await work(on);
          stop.abort();
          return result;
        }),
      );
      await herald.job.run(stop.signal);
      expect(await unitsTold(dropId)).toHaveLength(PEOPLE_MAX);
      await world.told();
      expect(await unitsTold(dropId)).toHaveLength(2_000);
    });

    it('drops of a process that gives them no position are told of, also by many who begin with them', async () => {
      const drops: string[] = [];
      for (let nth = 0; nth < 30; nth += 1) drops.push(await world.drop());
      expect(await world.database.query('select from herald_positions where drop_id = any($1)', [drops])).toHaveLength(
        30,
      );
      await world.database.query('delete from herald_positions where drop_id = any($1)', [drops]);
      const claimed = everybody(drops.length);
      for (const [place, dropId] of drops.entries()) await claimAll(dropId, [claimed[place] ?? '']);
      const heralds = [drops, drops.toReversed(), drops, drops.toReversed()].map((order) => {
        const herald = world.herald();
        for (const dropId of order) herald.hear({ dropId });
        return herald;
      });
      await Promise.all(heralds.map((herald) => herald.job.run()));
      await Promise.all(heralds.map((herald) => herald.job.run()));
      for (const [place, dropId] of drops.entries()) expect(await unitsTold(dropId)).toEqual([`${claimed[place]} 1`]);
      expect(world.untold).toEqual([]);
    });
  });
}
