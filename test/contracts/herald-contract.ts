/** What people hear of what the ledger has committed, on any database. */
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import type { Database } from '../../src/database/database.ts';
import { amendDrop, cancelDrop } from '../../src/drops/store.ts';
import { News } from '../../src/fleet/news.ts';
import { Herald } from '../../src/herald/herald.ts';
import { endWithSlots } from '../../src/payments/store.ts';
import { HeraldWorld } from './herald-world.ts';

const MINUTE_MS = 60_000;

export function heraldContract(adapter: string, database: () => Database): void {
  describe(`contract: the herald on ${adapter}`, () => {
    let world: HeraldWorld;
    let ana: string;
    let ben: string;
    beforeAll(() => {
      world = new HeraldWorld(database());
    });
    beforeEach(async () => {
      await world.told();
      [ana, ben] = [world.person(), world.person()];
    });

    it('tells of a coupon: granted, used; and of one that is given back', async () => {
      const dropId = await world.drop();
      const serial = (await world.claim(dropId, ana)) as number;
      expect(await world.told()).toEqual([`${ana} grant granted`, `${ana} notification granted`]);
      await world.grantLedger.settle([{ dropId, serial, userId: ana, requestId: 'use-once', reference: null }]);
      expect(await world.told()).toEqual([`${ana} grant used`]);
      const other = (await world.claim(dropId, ben)) as number;
      await world.grantLedger.release([{ dropId, serial: other, userId: ben }]);
      expect(await world.told()).toEqual([
        `${ben} grant granted`,
        `${ben} grant cancelled`,
        `${ben} notification granted`,
      ]);
      expect(await world.told()).toEqual([]);
    });

    it('warns of a slot’s end five minutes before it, or halfway when it is short, and not when it is given back', async () => {
      const long = await world.drop({ price: 1_000, holdMinutes: 30 });
      const short = await world.drop({ price: 1_000, holdMinutes: 4 });
      const serial = (await world.claim(long, ana)) as number;
      await world.claim(short, ana);
      await world.told();
      const [first, second] = await world.scheduled(ana, 'slot_expiring');
      expect([first?.state, second?.state]).toEqual(['scheduled', 'scheduled']);
      expect(first?.seconds).toBeGreaterThan(24.8 * 60);
      expect(first?.seconds).toBeLessThanOrEqual(25 * 60);
      expect(second?.seconds).toBeGreaterThan(110);
      expect(second?.seconds).toBeLessThanOrEqual(120);
      await world.grantLedger.release([{ dropId: long, serial, userId: ana }]);
      expect(await world.told()).toEqual([`${ana} grant returned`]);
      expect(await world.scheduled(ana, 'slot_expiring')).toMatchObject([
        { state: 'cancelled' },
        { state: 'scheduled' },
      ]);
    });

    it('tells of a slot that time has taken, and of whose turn it is then', async () => {
      const dropId = await world.drop({ price: 1_000, stock: 1, waitingLine: true });
      const serial = (await world.claim(dropId, ana)) as number;
      await world.grantLedger.wait(dropId, [{ userId: ben, requestId: 'request-ben' }]);
      await world.told();
      await world.expire(dropId, serial);
      expect(await world.told()).toEqual([
        ...[`${ana} grant expired`, `${ben} grant offered`],
        ...[`${ana} notification slot_expired`, `${ben} notification your_turn`],
      ]);
      expect(await world.scheduled(ana, 'slot_expiring')).toMatchObject([{ state: 'cancelled' }]);
      expect(await world.scheduled(ben, 'slot_expiring')).toMatchObject([{ state: 'scheduled' }]);
    });

    it('tells of a payment and what it does to its slot', async () => {
      const dropId = await world.drop({ price: 1_000 });
      const serial = (await world.claim(dropId, ana)) as number;
      await world.told();
      const wish = { dropId, serial, userId: ana, method: 'sandbox', ask: true };
      await world.payments
        .open({ ...wish, id: randomUUID(), requestId: 'request-1' })
        .then(({ payment }) =>
          world.payments.decide(payment?.id ?? '', { word: 'declined', failure: 'card_declined' }, null),
        );
      // Both changes are read at once, as the payment stands after them.
      expect(await world.told()).toEqual([
        ...[`${ana} payment failed`, `${ana} grant unpaid`, `${ana} notification payment_result`],
      ]);
      const { payment } = await world.payments.open({ ...wish, id: randomUUID(), requestId: 'request-2' });
      expect(await world.told()).toEqual([`${ana} grant paying`]);
      await world.payments.decide(payment?.id ?? '', { word: 'charged', providerKey: 'key', receiptUrl: null }, null);
      expect(await world.told()).toEqual([
        ...[`${ana} payment succeeded`, `${ana} notification payment_result`, `${ana} grant confirmed`],
      ]);
      expect(await world.scheduled(ana, 'slot_expiring')).toMatchObject([{ state: 'cancelled' }]);
    });

    it('tells of refusals only those who want to hear of them', async () => {
      const dropId = await world.drop({ stock: 1 });
      await world.database.query(
        `insert into notification_settings (user_id, language, choices) values ($1, 'en', '{"refused":["in_app"]}')`,
        [ben],
      );
      await world.claim(dropId, ana);
      expect(await world.claim(dropId, ben)).toBe('sold_out');
      expect(await world.claim(dropId, world.person())).toBe('sold_out');
      expect(await world.told()).toEqual([
        ...[`${ana} grant granted`, `${ana} notification granted`, `${ben} notification refused`],
      ]);
    });

    it('announces an opening ten minutes before it, moves that with the opening, and withdraws it', async () => {
      const dropId = await world.drop({}, 60 * MINUTE_MS);
      expect(await world.announced(dropId)).toEqual(['drop_opening scheduled 50']);
      const opensAt = (minutes: number) =>
        new Date(Math.ceil(Date.now() / MINUTE_MS + minutes) * MINUTE_MS).toISOString();
      const [later, again] = [opensAt(90), opensAt(30)];
      const amend = (to: string) => amendDrop(world.database, dropId, { opensAt: to } as never, Date.now);
      for (const to of [later, again, later]) {
        await amend(to);
        await world.told();
      }
      const announced = (await world.announced(dropId)).map((line) => line.replace(/ -?\d+$/, ''));
      expect(announced.toSorted()).toEqual([
        ...['drop_opening cancelled', 'drop_opening cancelled', 'drop_opening scheduled'],
      ]);
      await cancelDrop(world.database, dropId);
      await world.told();
      expect((await world.announced(dropId)).every((line) => line.includes('cancelled'))).toBe(true);
    });

    it('announces that all are sold, and that some are back, and not each time in a rush', async () => {
      const dropId = await world.drop({ stock: 1, perUserLimit: 3 });
      const stock = async () => (await world.announced(dropId)).filter((line) => !line.startsWith('drop_opening'));
      const giveBack = (serial: number) => world.grantLedger.release([{ dropId, serial, userId: ana }]);
      const first = (await world.claim(dropId, ana)) as number;
      await world.told();
      expect(await stock()).toEqual(['sold_out scheduled 0']);
      await giveBack(first);
      await world.told();
      expect(await stock()).toEqual(['sold_out scheduled 0', 'back_in_stock scheduled 0']);
      await world.database.query(`update announcements set state = 'told' where drop_id = $1`, [dropId]);
      const second = (await world.claim(dropId, ana)) as number;
      await world.told();
      await giveBack(second);
      await world.told();
      expect((await stock()).slice(2)).toEqual(['sold_out scheduled 0', 'back_in_stock scheduled 10']);
      await world.claim(dropId, ana);
      await world.told();
      expect((await stock()).slice(2)).toEqual(['sold_out scheduled 0', 'back_in_stock cancelled 10']);
    });

    it('in a long rush, a return is announced ten minutes after the last one that anybody has heard of', async () => {
      const dropId = await world.drop({ stock: 1, perUserLimit: 30 });
      await world.follow(dropId, ben);
      const turn = async (act: () => Promise<unknown>) => {
        await act();
        await world.told();
        await world.due();
      };
      let serial = 0;
      const sell = () =>
        turn(async () => {
          serial = (await world.claim(dropId, ana)) as number;
        });
      const giveBack = () => turn(() => world.grantLedger.release([{ dropId, serial, userId: ana }]));
      for (let round = 0; round < 20; round += 1) {
        await sell();
        await giveBack();
      }
      expect(await world.notified(ben)).toEqual(['sold_out', 'back_in_stock', 'sold_out']);
      expect((await world.announced(dropId)).at(-1)).toBe('back_in_stock scheduled 10');
      await sell();
      await world.timePasses(dropId, 11);
      await giveBack();
      expect((await world.notified(ben)).slice(3)).toEqual(['back_in_stock']);
      await sell();
      expect((await world.notified(ben)).slice(3)).toEqual(['back_in_stock', 'sold_out']);
    });

    it('a return that nobody has heard of yet is none, also when it was due', async () => {
      const dropId = await world.drop({ stock: 1 });
      await world.follow(dropId, ben);
      const first = (await world.claim(dropId, ana)) as number;
      await world.told();
      await world.due();
      await world.grantLedger.release([{ dropId, serial: first, userId: ana }]);
      await world.told();
      await world.claim(dropId, world.person());
      // Either the herald is first, or who would have told them.
      await world.due();
      await world.told();
      await world.due();
      expect(await world.notified(ben)).toEqual(['sold_out']);
    });

    it('followers hear nothing of an opening that has come, or of a drop that was cancelled', async () => {
      const openNow = await world.drop({}, 20 * MINUTE_MS);
      await world.follow(openNow, ana);
      await amendDrop(world.database, openNow, { opensAt: new Date().toISOString() }, Date.now);
      await world.told();
      expect(await world.announced(openNow)).toEqual(['drop_opening cancelled 10']);

      const sold = await world.drop({ stock: 1, perUserLimit: 5 });
      for (const stock of [2, 3]) {
        await world.claim(sold, ben);
        await world.told();
        await world.due();
        await amendDrop(world.database, sold, { stock }, Date.now);
        await world.told();
        await world.due();
      }
      expect((await world.announced(sold)).at(-1)).toBe('back_in_stock scheduled 10');
      await cancelDrop(world.database, sold);
      await world.told();
      expect((await world.announced(sold)).at(-1)).toBe('back_in_stock cancelled 10');
    });

    it('an edit shortly before the opening does not silence its announcement', async () => {
      const dropId = await world.drop({}, 20 * MINUTE_MS);
      await world.database.query(
        `insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock)
         select $1::bigint, 7000000 + n, true, true, true from generate_series(1, 2500) n`,
        [dropId],
      );
      const told = async () => {
        const [row] = await world.database.query<{ told: number }>(
          `select count(*)::int as told from notifications where user_id > 7000000 and type = 'drop_opening'`,
        );
        return row?.told;
      };
      // Its hour has come: the announcement is told to the first thousand.
      await world.database.query(
        `update announcements set due_at = clock_timestamp(), after_user_id = 7001000 where drop_id = $1`,
        [dropId],
      );
      await amendDrop(world.database, dropId, { description: 'One word more' }, () => Date.now());
      const late = new Herald({
        ...{ database: world.database, ways: { email: true } },
        news: new News(new EmbeddedBroadcast({ alone: true }), 'late'),
        nowMs: () => Date.now() + 12 * MINUTE_MS,
      });
      await late.job.run();
      await world.due();
      expect(await told()).toBe(1_500);
    });

    it('every change of a payment is written down, and nothing else', async () => {
      const { database, payments } = world;
      const changes = async () => {
        const rows = await database.query<{ state: string }>('delete from payment_changes returning id, state');
        return rows.map(({ state }) => state);
      };
      const slot = async (price = 1_000) => {
        const dropId = await world.drop({ price, perUserLimit: 20 });
        return { dropId, serial: (await world.claim(dropId, ana)) as number };
      };
      const open = async (place: Awaited<ReturnType<typeof slot>>, ask: boolean) => {
        const id = randomUUID();
        await payments.open({ ...place, id, userId: ana, method: 'sandbox', requestId: id, ask });
        return id;
      };
      const one = await slot();
      const declined = await open(one, false);
      expect(await changes()).toEqual([]);
      await payments.begin(declined);
      expect(await changes()).toEqual(['pending']);
      await payments.begin(declined);
      await payments.decide(declined, { word: 'declined', failure: 'card_declined' }, 5);
      await payments.decide(declined, { word: 'silent', failure: 'nothing' }, 5);
      expect(await changes()).toEqual(['failed']);
      const charged = { word: 'charged', providerKey: 'key', receiptUrl: null } as const;
      await payments.decide(declined, charged, 5);
      await payments.decide(declined, { word: 'refunded', failure: 'late' }, null);
      expect(await changes()).toEqual(['refunding', 'refunded']);
      const ended = await open(one, false);
      const succeeded = await open(one, true);
      await payments.decide(succeeded, charged, null);
      expect(await changes()).toEqual(['pending', 'succeeded']);
      await endWithSlots(database, [ended]);
      expect(await changes()).toEqual(['failed']);
      const over = await slot();
      const tooLate = await open(over, false);
      await world.grantLedger.release([{ ...over, userId: ana }]);
      expect((await payments.begin(tooLate))?.answer).toBe('over');
      expect(await changes()).toEqual(['failed']);
      await open(await slot(0), true);
      expect(await changes()).toEqual(['pending', 'succeeded']);
    });

    it('tells everybody once, in the order of the log, with several at work and commits that fail', async () => {
      const dropId = await world.drop({ stock: 600, perUserLimit: 20 });
      const people = Array.from({ length: 50 }, () => world.person());
      let failures = 0;
      let commits = 0;
      // Every other commit of one of them is undone.
      const failing: Database = Object.assign(Object.create(world.database), {
        query: world.database.query.bind(world.database),
        transaction: <Result>(work: Parameters<Database['transaction']>[0]) =>
          world.database.transaction(async (transaction) => {
            const result = await work(transaction);
            commits += 1;
            if (commits % 2 === 1) {
              failures += 1;
              throw new Error('undone');
            }
            return result as Result;
          }),
      });
      const heralds = [world.herald(), world.herald(failing), world.herald()];
      let busy = true;
      const work = heralds.map(async (herald) => {
        while (busy) {
          herald.hear({ dropId });
          await herald.job.run().catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      });
      const serials = new Map<number, string>();
      for (let round = 0; round < 8; round += 1) {
        const answer = await world.ledger.claim(
          dropId,
          people.map((userId) => ({ userId, requestId: randomUUID() })),
        );
        const granted = (answer?.outcomes ?? []).flatMap((outcome, place) =>
          outcome.outcome === 'granted' ? [[outcome.serial, people[place] ?? ''] as const] : [],
        );
        for (const [serial, userId] of granted) serials.set(serial, userId);
        const back = granted.filter((_grant, place) => place % 3 === 0);
        await world.grantLedger.release(back.map(([serial, userId]) => ({ dropId, serial, userId })));
      }
      await expect
        .poll(async () => {
          const [row] = await world.database.query<{ behind: string }>(
            'select d.entries - h.number as behind from drops d join herald_positions h on h.drop_id = d.id where d.id = $1',
            [dropId],
          );
          return Number(row?.behind ?? 1);
        })
        .toBe(0);
      busy = false;
      await Promise.all(work);
      expect(failures).toBeGreaterThan(0);
      const rows = await world.database.query<{ number: string; user_id: string; body: string }>(
        `select number, user_id, body from messages where user_id = any($1::bigint[]) order by number`,
        [people],
      );
      const grants = rows
        .map(({ user_id, body }) => ({ userId: user_id, ...JSON.parse(body) }))
        .filter(({ type }) => type === 'grant');
      const told = grants.map(({ grant, because }) => `${grant.serial} ${because}`);
      expect(new Set(told).size).toBe(told.length);
      expect(told.filter((each) => each.endsWith('granted'))).toHaveLength(serials.size);
      expect(grants.every(({ userId, grant }) => serials.get(grant.serial) === userId)).toBe(true);
      const of = (because: string) =>
        grants.filter((each) => each.because === because).map(({ grant }) => grant.serial as number);
      expect(of('granted')).toEqual([...serials.keys()].toSorted((a, b) => a - b));
      for (const serial of of('cancelled')) {
        expect(told.indexOf(`${serial} granted`)).toBeLessThan(told.indexOf(`${serial} cancelled`));
      }
      const [numbers] = await world.database.query<{ gaps: number }>(
        'select (max(number) - min(number) + 1 - count(*))::int as gaps from messages',
      );
      expect(numbers?.gaps).toBe(0);
    });
  });
}
