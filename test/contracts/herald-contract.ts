/** What people hear of what the ledger has committed, on any database. */
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import { newCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import { amendDrop, cancelDrop, createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { News } from '../../src/fleet/news.ts';
import { Herald } from '../../src/herald/herald.ts';
import { GrantLedger } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { PaymentLedger } from '../../src/payments/payment-ledger.ts';

const MINUTE_MS = 60_000;

let lastUser = 1_000;

class HeraldWorld {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly grantLedger: GrantLedger;
  readonly payments: PaymentLedger;
  #toldUpTo = 0;

  constructor(database: Database) {
    this.database = database;
    this.ledger = new Ledger(database, newCode);
    this.grantLedger = new GrantLedger(database, newCode);
    this.payments = new PaymentLedger(database, { graceMs: 60_000, firstLookMs: 5_000 });
  }

  person(): string {
    lastUser += 1;
    return String(lastUser);
  }

  async drop(change: Record<string, unknown> = {}, opensInMs = -1_000): Promise<string> {
    const kind = 'price' in change ? 'product' : 'coupon';
    const terms = kind === 'coupon' ? { discount: { percent: 5 }, validForDays: 3 } : {};
    const input = {
      title: 'A drop',
      stock: 10,
      opensAt: new Date(Date.now() + opensInMs).toISOString(),
      ...terms,
      ...change,
    };
    const { id } = await createDrop(this.database, newTerms(kind, input as never, Date.now()));
    await this.told();
    return id;
  }

  /** The serial, or the refusal. */
  async claim(dropId: string, userId: string): Promise<number | string> {
    const answer = await this.ledger.claim(dropId, [{ userId, requestId: randomUUID() }]);
    const outcome = answer?.outcomes[0];
    return outcome?.outcome === 'granted' ? outcome.serial : (outcome?.outcome ?? 'unknown');
  }

  async expire(dropId: string, serial: number): Promise<void> {
    const past = `clock_timestamp() - interval '1 second'`;
    await this.database.query(
      `update grants set expires_at = ${past}, hold_until = case when hold_until is not null then ${past} end where drop_id = $1 and serial = $2`,
      [dropId, serial],
    );
    await this.database.transaction((transaction) => this.grantLedger.expire(transaction, [{ dropId, serial }]));
  }

  herald(database: Database = this.database): Herald {
    const news = new News(new EmbeddedBroadcast({ alone: true }), 'herald');
    return new Herald({ database, news, nowMs: Date.now, ways: { email: true } });
  }

  /** Everything that has been said since the last time: `who what why`. */
  async told(): Promise<string[]> {
    await this.herald().job.run();
    const rows = await this.database.query<{ number: string; user_id: string; body: string }>(
      'select number, user_id, body from messages where number > $1 order by number',
      [this.#toldUpTo],
    );
    this.#toldUpTo = Number(rows.at(-1)?.number ?? this.#toldUpTo);
    return rows.map(({ user_id, body }) => {
      const { type, because, payment, notification } = JSON.parse(body);
      return `${user_id} ${type} ${because ?? payment?.state ?? notification?.type}`;
    });
  }

  /** The person's notifications of this type that wait for their hour: in how many seconds, and in which state. */
  async scheduled(userId: string, type: string): Promise<{ state: string; seconds: number }[]> {
    return this.database.query(
      `select state, round(extract(epoch from due_at - clock_timestamp()))::int as seconds
       from notifications where user_id = $1 and type = $2 order by id`,
      [userId, type],
    );
  }

  async announced(dropId: string): Promise<string[]> {
    const rows = await this.database.query<{ type: string; state: string; minutes: number }>(
      `select type, state, round(extract(epoch from due_at - clock_timestamp()) / 60)::int as minutes
       from announcements where drop_id = $1 order by id`,
      [dropId],
    );
    return rows.map(({ type, state, minutes }) => `${type} ${state} ${minutes}`);
  }
}

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

    it('tells everybody once, in the order of the log, with several at work and commits that fail', async () => {
      const dropId = await world.drop({ stock: 600, perUserLimit: 20 });
      const people = Array.from({ length: 50 }, () => world.person());
      let failures = 0;
      // Half of the commits of one of them are undone.
      const failing: Database = Object.assign(Object.create(world.database), {
        query: world.database.query.bind(world.database),
        transaction: <Result>(work: Parameters<Database['transaction']>[0]) =>
          world.database.transaction(async (transaction) => {
            const result = await work(transaction);
            if (Math.random() < 0.5) {
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
        .poll(
          async () => {
            const [row] = await world.database.query<{ behind: string }>(
              'select d.entries - h.number as behind from drops d join herald_positions h on h.drop_id = d.id where d.id = $1',
              [dropId],
            );
            return Number(row?.behind ?? 1);
          },
          { timeout: 15_000 },
        )
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
