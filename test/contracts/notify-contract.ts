/** What is received becomes what people are told: at once, at its hour, or not at all. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { Announcement, FollowedType } from '../../src/notifications/notification.ts';
import { announce, cancel, cancelAnnouncements } from '../../src/notifications/notify.ts';
import { KETTLE, NotificationWorld, notice, soon } from './notification-world.ts';
import { notifyModel } from './notify-model.ts';

const HOUR_MS = 3_600_000;

export function notifyContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: notify on ${adapter}`, () => {
    let world: NotificationWorld;
    beforeAll(() => {
      world = new NotificationWorld(databaseOf());
      return world.drop(KETTLE);
    });

    it('tells at once, over the channels that the person has and wants, in their language', async () => {
      const [plain, english, quiet] = [
        await world.person(),
        await world.person({ slack_url: 'https://hooks.slack.com/services/a/b/c' }),
        await world.person({ choices: { back_in_stock: [] }, email: false }),
      ];
      const bodies = await world.notify([notice(english), notice(quiet), notice(plain)]);
      const messages = bodies.map((body) => JSON.parse(body));
      expect(messages.map(({ type }) => type)).toEqual(['notification', 'notification']);
      expect(messages[0].notification).toMatchObject({ type: 'back_in_stock', readAt: null, data: { remaining: 3 } });
      expect(messages[0].notification.title).not.toEqual(messages[1].notification.title);
      expect(await world.channelsTo(plain)).toEqual(['in_app sent', 'email pending']);
      expect(await world.channelsTo(english)).toEqual(['in_app sent', 'email pending', 'slack pending']);
      expect([await world.channelsTo(quiet), await world.toldTo(quiet)]).toEqual([[], {}]);
    });

    it('tells over no more channels than its sender asks for, also at its hour', async () => {
      const [one, other] = [await world.person(), await world.person({ choices: { back_in_stock: ['email'] } })];
      const quietly = (person: string, key: string) => ({ ...notice(person, key), channels: ['in_app'] as const });
      expect(await world.notify([quietly(one, 'now'), quietly(other, 'now')])).toHaveLength(1);
      await world.notify([{ ...quietly(one, 'later'), dueAt: soon(300).toISOString() }]);
      await new Promise((resolve) => setTimeout(resolve, 400));
      await world.due();
      expect([await world.channelsTo(one), await world.channelsTo(other)]).toEqual([
        ['in_app sent', 'in_app sent'],
        [],
      ]);
    });

    it('sends no email without a mail server', async () => {
      const person = await world.person();
      await world.notify([notice(person), notice(person, 'reset', 'password_reset')], { email: false });
      expect(await world.channelsTo(person)).toEqual(['in_app sent']);
    });

    it('stores nothing for who has not chosen what is off by default', async () => {
      const [others, chooser] = [await world.person(), await world.person({ choices: { refused: ['in_app'] } })];
      const bodies = await world.notify([notice(others, 'no', 'refused'), notice(chooser, 'no', 'refused')]);
      expect(bodies).toHaveLength(1);
      expect([await world.toldTo(others), await world.toldTo(chooser)]).toEqual([{}, { no: 'told' }]);
    });

    it('sends what was asked for to who has switched email off', async () => {
      const person = await world.person({ email: false });
      await world.notify([notice(person, 'reset', 'password_reset'), notice(person, 'welcome', 'signed_up')]);
      expect(await world.channelsTo(person)).toEqual(['email pending']);
    });

    it('tells one thing once, within a batch, in the next, and by many at the same time', async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => world.person()));
      const batch = all.flatMap((person) => [notice(person, 'a'), notice(person, 'b'), notice(person, 'a')]);
      const told = await Promise.all(
        [batch, batch.toReversed(), batch.slice(15), batch].map((notices) => world.notify(notices)),
      );
      expect(told.flat()).toHaveLength(40);
      for (const person of all) expect(await world.deliveriesTo(person)).toHaveLength(4);
      expect(await world.notify(batch)).toEqual([]);
    });

    it('waits for the hour, and is never early', async () => {
      const person = await world.person();
      await world.notify([
        notice(person, 'later', 'back_in_stock', soon(HOUR_MS)),
        notice(person, 'past', 'back_in_stock', soon(-5)),
      ]);
      expect(await world.toldTo(person)).toEqual({ later: 'scheduled', past: 'told' });
      await world.due();
      expect(await world.toldTo(person)).toMatchObject({ later: 'scheduled' });
      await world.timePasses(HOUR_MS - 60_000);
      await world.due();
      expect(await world.toldTo(person)).toMatchObject({ later: 'scheduled' });
      await world.timePasses(60_000);
      const before = world.announced.length;
      await world.due();
      await world.due();
      expect(await world.toldTo(person)).toMatchObject({ later: 'told' });
      expect(world.announced.slice(before).map(([, userId]) => userId)).toEqual([person]);
      expect(await world.channelsTo(person)).toEqual(['in_app sent', 'email pending', 'in_app sent', 'email pending']);
    });

    it('goes by what the person wants at the hour', async () => {
      const person = await world.person();
      await world.notify([notice(person, 'later', 'back_in_stock', soon(HOUR_MS))]);
      await world.settings(person, { choices: { back_in_stock: ['discord'] }, discord_url: 'https://discord.com/x' });
      await world.timePasses(HOUR_MS);
      await world.due();
      expect(await world.channelsTo(person)).toEqual(['discord pending']);
    });

    it('cancels what is still scheduled, and nothing else', async () => {
      const [person, other] = [await world.person(), await world.person()];
      await world.notify([
        notice(person, 'later', 'back_in_stock', soon(HOUR_MS)),
        notice(other, 'later', 'back_in_stock', soon(HOUR_MS)),
        notice(person, 'told'),
      ]);
      const keys = ['later', 'told', 'never heard of'].map((dedupeKey) => ({ userId: person, dedupeKey }));
      await databaseOf().transaction((transaction) => cancel(transaction, keys));
      await world.timePasses(HOUR_MS);
      await world.due();
      expect(await world.toldTo(person)).toEqual({ later: 'cancelled', told: 'told' });
      expect(await world.toldTo(other)).toEqual({ later: 'told' });
      // A repeat of what was cancelled stays cancelled.
      expect(await world.notify([notice(person, 'later')])).toEqual([]);
    });

    it('warns of no slot that is not held any more', async () => {
      const database = databaseOf();
      const insert = async (serial: number, state: string, holdMs: number) =>
        database.query(
          `insert into grants (drop_id, user_id, arrival, granted_at, hold_until, expires_at, serial, state)
           values (4000, 1, $1::int, now(), now() + $3 * interval '1 ms', now() + $3 * interval '1 ms', $1::int, $2)`,
          [serial, state, holdMs],
        );
      await insert(1, 'held', HOUR_MS);
      await insert(2, 'confirmed', HOUR_MS);
      await insert(3, 'returned', HOUR_MS);
      await insert(4, 'held', -1);
      const person = await world.person();
      await world.notify(
        [1, 2, 3, 4, 5].map((serial) => {
          const data = {
            dropId: '4000',
            title: 'A kettle',
            grantId: `4000-${serial}`,
            holdUntil: soon(HOUR_MS).toISOString(),
          };
          return {
            userId: person,
            type: 'slot_expiring',
            dedupeKey: `${serial}`,
            data,
            dueAt: soon(60_000).toISOString(),
          };
        }),
      );
      await world.timePasses(60_000);
      await world.due();
      expect(await world.toldTo(person)).toEqual({
        ...{ 1: 'told', 2: 'cancelled', 3: 'cancelled' },
        ...{ 4: 'cancelled', 5: 'cancelled' },
      });
    });

    it('announces to those who follow and chose to hear of it, each once, over many batches and by two at once', async () => {
      const database = databaseOf();
      const first = 5_000_000;
      const opensAt = soon(2 * HOUR_MS);
      await world.drop('5000', { opensAt });
      await database.query(
        `insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock)
         select 5000, $1::bigint + n, n % 2 = 0, true, false from generate_series(1, 2500) n`,
        [first],
      );
      await database.transaction((on) =>
        announce(on, [announcement('5000', 'drop_opening', 'opens', soon(HOUR_MS), opensAt)]),
      );
      await world.due();
      expect(await toldFor('opens')).toBe(0);
      await world.timePasses(HOUR_MS);
      const before = world.announced.length;
      await Promise.all([world.due(), world.due(), world.due()]);
      await world.due();
      expect(await toldFor('opens')).toBe(1250);
      expect(new Set(world.announced.slice(before).map(([, userId]) => userId)).size).toBe(1250);
      expect(world.announced.length - before).toBe(1250);
      const numbers = world.announced.map(([number]) => number);
      expect(new Set(numbers).size).toBe(numbers.length);
    });

    it('moves an announcement that is still to come, and tells a finished one no more', async () => {
      const database = databaseOf();
      const person = await world.person();
      await follow('5001', person);
      const opensAt = soon(3 * HOUR_MS);
      await world.drop('5001', { opensAt });
      const at = (ms: number) => announcement('5001', 'drop_opening', 'moved', soon(ms), opensAt);
      await database.transaction((on) => announce(on, [at(HOUR_MS)]));
      await database.transaction((on) => announce(on, [at(2 * HOUR_MS)]));
      await world.timePasses(HOUR_MS + 1_000);
      await world.due();
      expect(await world.toldTo(person)).toEqual({});
      await world.timePasses(HOUR_MS);
      await world.due();
      expect(await world.toldTo(person)).toEqual({ moved: 'told' });
      await database.transaction((on) => announce(on, [at(-HOUR_MS)]));
      await follow('5001', await world.person());
      await world.due();
      expect(await toldFor('moved')).toBe(1);
    });

    it('takes an announcement back, also between two of its batches', async () => {
      const database = databaseOf();
      const person = await world.person();
      await follow('5002', person);
      await world.drop('5002', { granted: 10 });
      const later = announcement('5002', 'sold_out', 'gone', soon(HOUR_MS));
      await database.transaction((on) => announce(on, [later]));
      await database.transaction((on) => cancelAnnouncements(on, { dropId: '5002', type: 'back_in_stock' }));
      await database.transaction((on) =>
        cancelAnnouncements(on, { dropId: '5002', type: 'sold_out', butFor: 'another' }),
      );
      await world.timePasses(HOUR_MS);
      await world.due();
      expect(await world.toldTo(person)).toEqual({});
    });

    it('announces only what is so of the drop as it stands at that hour', async () => {
      const database = databaseOf();
      const person = await world.person();
      const opensAt = soon(HOUR_MS);
      let id = 5100;
      /** Announces something of a new drop, changes the drop, and says what its follower has heard. */
      const heard = async (type: FollowedType, change: string, drop: Parameters<typeof world.drop>[1] = {}) => {
        id += 1;
        await world.drop(`${id}`, drop);
        await follow(`${id}`, person);
        await database.transaction((on) =>
          announce(on, [announcement(`${id}`, type, `so ${id}`, undefined, drop.opensAt)]),
        );
        if (change === 'delete') await database.query('delete from drops where id = $1', [id]);
        else if (change !== '') await database.query(`update drops set ${change} where id = $1`, [id]);
        await world.due();
        return (await world.toldTo(person))[`so ${id}`] ?? 'nothing';
      };
      const hours = [
        ...['', `title = 'Another'`, `opens_at = opens_at + interval '1 minute'`, 'opens_at = clock_timestamp()'],
        ...['cancelled_at = now()', 'delete'],
      ];
      const openings: string[] = [];
      for (const change of hours) openings.push(await heard('drop_opening', change, { opensAt }));
      expect(openings).toEqual(['told', 'told', 'nothing', 'nothing', 'nothing', 'nothing']);
      expect(await heard('back_in_stock', 'granted = 9')).toBe('told');
      for (const change of [
        'granted = 10',
        'waiting = 10, waiting_line = true',
        'closes_at = now()',
        'cancelled_at = now()',
      ]) {
        expect([change, await heard('back_in_stock', change)]).toEqual([change, 'nothing']);
      }
      expect(await heard('sold_out', 'granted = 10')).toBe('told');
      for (const change of ['granted = 9', 'granted = 10, cancelled_at = now()']) {
        expect([change, await heard('sold_out', change)]).toEqual([change, 'nothing']);
      }
      expect(
        await database.query(
          `select from announcements where state = 'scheduled' and drop_id > 5100 and drop_id < 5200`,
        ),
      ).toEqual([]);
    });

    it('ends between two batches when it hears of a stop, and opens no transaction when nothing is due', async () => {
      const database = databaseOf();
      await world.drop('5300', { granted: 10 });
      await database.query(
        `insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock)
         select 5300, 5400000 + n, true, true, true from generate_series(1, 3000) n`,
      );
      await database.transaction((on) => announce(on, [announcement('5300', 'sold_out', 'stopped')]));
      const stop = new AbortController();
      let transactions = 0;
      const counting: Database = {
        ...{ query: database.query, execute: database.execute, expressLane: database.expressLane },
        session: (work) => database.session(work),
        close: () => database.close(),
        async transaction(work) {
          transactions += 1;
          const result = await database.transaction(work);
          stop.abort();
          return result;
        },
      };
      const other = new NotificationWorld(counting);
      await other.due(undefined, stop.signal);
      expect([transactions, await toldFor('stopped')]).toEqual([1, 1_000]);
      await world.due();
      expect(await toldFor('stopped')).toBe(3_000);
      await other.due();
      expect(transactions).toBe(1);
    });

    it('tells nobody twice when a worker dies in the middle of a batch', async () => {
      const database = databaseOf();
      const person = await world.person();
      await follow('5003', person);
      await world.drop('5003', { granted: 10 });
      await database.transaction((on) => announce(on, [announcement('5003', 'sold_out', 'crash')]));
      await world.notify([notice(person, 'scheduled', 'back_in_stock', soon(HOUR_MS))]);
      await world.timePasses(HOUR_MS);
      const dying: Database = {
        ...{ query: database.query, execute: database.execute, expressLane: database.expressLane },
        session: (work) => database.session(work),
        close: () => database.close(),
        transaction: (work) =>
          database.transaction(async (transaction) => {
            await work(transaction);
            throw new Error('dead before the commit');
          }),
      };
      await expect(new NotificationWorld(dying).due()).rejects.toThrow('dead');
      expect(await world.toldTo(person)).toEqual({ scheduled: 'scheduled' });
      await world.due();
      expect(await world.toldTo(person)).toEqual({ scheduled: 'told', crash: 'told' });
    });

    it('leaves what only another version knows to that one', async () => {
      const person = await world.person();
      await databaseOf().query(
        `insert into notifications (user_id, due_at, state, type, dedupe_key, data) values ($1, now() - interval '1 day', 'scheduled', 'of_tomorrow', 'new', '{}')`,
        [person],
      );
      await databaseOf().query(
        `insert into announcements (drop_id, due_at, state, type, dedupe_key, data) values (1, now() - interval '1 day', 'scheduled', 'of_tomorrow', 'new', '{}')`,
      );
      await world.notify([notice(person, 'known', 'back_in_stock', soon(HOUR_MS))]);
      await world.timePasses(HOUR_MS);
      await world.due();
      expect(await world.toldTo(person)).toEqual({ new: 'scheduled', known: 'told' });
    });

    notifyModel(adapter, databaseOf);

    it('tells ten thousand that are due within seconds, once each, by two workers', async () => {
      const database = databaseOf();
      await database.query(
        `insert into notifications (user_id, due_at, state, type, dedupe_key, data)
         select 6000000 + n, now() + interval '1 hour', 'scheduled', 'back_in_stock', 'many', '{"dropId":"${KETTLE}","title":"A kettle","remaining":3}'
         from generate_series(1, 10000) n`,
      );
      await world.timePasses(HOUR_MS);
      const before = world.announced.length;
      const startedMs = performance.now();
      await Promise.all([world.due(), world.due()]);
      const tookMs = performance.now() - startedMs;
      expect(await toldFor('many')).toBe(10_000);
      // Without what earlier tests have left for a later hour.
      const told = world.announced.slice(before).flatMap(([, userId]) => (Number(userId) > 6_000_000 ? [userId] : []));
      expect([told.length, new Set(told).size]).toEqual([10_000, 10_000]);
      console.log(`${adapter}: 10,000 due notifications in ${Math.round(tookMs)} ms`);
      // Seconds, on a machine that does nothing else. Here is to be found what grows with the square of anything.
      expect(tookMs).toBeLessThan(40_000);
    });

    async function toldFor(key: string): Promise<number> {
      const [row] = await databaseOf().query<{ told: number }>(
        `select count(*)::int as told from notifications where dedupe_key = $1 and state = 'told'`,
        [key],
      );
      return row?.told ?? 0;
    }

    async function follow(dropId: string, userId: string): Promise<void> {
      await databaseOf().query(
        'insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock) values ($1, $2, true, true, true)',
        [dropId, userId],
      );
    }
  });
}

function announcement(
  dropId: string,
  type: FollowedType,
  dedupeKey: string,
  dueAt?: Date,
  opensAt: Date = new Date(),
): Announcement {
  const data = { dropId, title: 'A kettle', stock: 3, remaining: 3, opensAt: opensAt.toISOString() };
  return { dropId, type, data, dedupeKey, ...(dueAt && { dueAt: dueAt.toISOString() }) } as Announcement;
}
