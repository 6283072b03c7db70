/** Processes that die between any two steps of a payment, providers that lie, fall silent, or are away: in the end each charge is confirmed or given back. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Database } from '../../src/database/database.ts';
import { FencedOff } from '../../src/fleet/fences.ts';
import { PaymentInDoubt } from '../../src/payments/method.ts';
import { ALARM_CHECKS } from '../../src/payments/reconciliation.ts';
import { heardOf } from '../../src/payments/store.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { CARDS, death, GRACE_MS, PaymentShop, type ProcessOptions, untilDeath } from './payment-shop.ts';

const PROBE_AFTER_MS = 5_000;

describe('payments on PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  crashTests(() => database);
});

describe.skipIf(!hasPostgres)('payments on PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 8, ledgerConnectionsMax: 4 });
  });
  afterAll(() => database.close());
  crashTests(() => database);
});

function crashTests(databaseOf: () => Database): void {
  let shop: PaymentShop;
  beforeAll(() => {
    shop = new PaymentShop(databaseOf());
  });

  describe('a process that dies', () => {
    const DEATHS: [string, ProcessOptions, { slot: string; kept: number; payment: string | undefined }][] = [
      ['after `begin`', { diesAfter: 'begin' }, { slot: 'expired', kept: 0, payment: 'failed' }],
      ['before the charge', { around: { beforeCharge: death } }, { slot: 'expired', kept: 0, payment: 'failed' }],
      ['after the charge', { around: { afterCharge: death } }, { slot: 'confirmed', kept: 1, payment: 'succeeded' }],
      ['after `decide`', { diesAfter: 'decide' }, { slot: 'confirmed', kept: 1, payment: 'succeeded' }],
    ];

    it.each(DEATHS)('%s is followed by one that finishes', async (_when, options, { slot: state, kept, payment }) => {
      const slot = await shop.slot();
      await untilDeath(shop.process(options).pay(slot));
      await shop.settle();
      expect(await shop.stateOf(slot)).toBe(state);
      expect(await shop.books([slot])).toEqual({ kept, refunded: 0 });
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: payment }]);
      await shop.expectSound();
    });

    it.each(DEATHS)('%s is met by its buyer who asks again', async (_when, options, { payment }) => {
      const slot = await shop.slot();
      await untilDeath(shop.process(options).pay(slot, { key: 'the-same-key' }));
      const again = await shop.process().pay(slot, { key: 'the-same-key' });
      expect(['pending', payment]).toContain(again.state);
      await shop.settle();
      expect(await shop.process().pay(slot, { key: 'the-same-key' })).toMatchObject({ id: again.id, state: payment });
      await shop.expectSound();
    });

    it.each<[string, ProcessOptions]>([
      ['before the charge', { around: { beforeCharge: death } }],
      ['after the charge', { around: { afterCharge: death } }],
      ['after `decide`, before the refund', { diesAfter: 'decide' }],
      ['before the refund', { around: { beforeRefund: death } }],
      ['after the refund', { around: { afterRefund: death } }],
    ])('with its slot gone, %s, leaves no charge behind', async (when, { around = {}, ...options }) => {
      const slot = await shop.slot();
      const beforeCharge = async () => {
        await shop.takeAway(slot);
        if (when === 'before the charge') await death();
      };
      await untilDeath(shop.process({ ...options, around: { ...around, beforeCharge } }).pay(slot));
      await shop.settle();
      expect(await shop.stateOf(slot)).toBe('expired');
      const charged = when === 'before the charge' ? 0 : 1;
      expect(await shop.books([slot])).toEqual({ kept: 0, refunded: charged });
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: charged ? 'refunded' : 'failed' }]);
      await shop.expectSound();
    });

    it.each<[string, ProcessOptions, string]>([
      ['after `open`', { diesAfter: 'open' }, 'failed'],
      ['after `begin`', { diesAfter: 'begin' }, 'failed'],
      ['after the charge', { around: { afterCharge: death } }, 'succeeded'],
    ])('where buyers approve on a page, %s, leaves nothing open', async (_when, options, state) => {
      const slot = await shop.slot();
      const page = { ...options, around: { ...options.around, page: true } };
      const opening = shop.process(page).pay(slot);
      if (options.diesAfter !== 'open') await untilDeath(shop.process(page).approve(slot, (await opening).id));
      await shop.settle(shop.process({ around: { page: true } }));
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state }]);
      await shop.expectSound();
    });

    it('the job, in the middle of a refund, is followed by one that finishes', async () => {
      const slot = await shop.slot();
      await untilDeath(
        shop.process({ around: { beforeCharge: () => shop.takeAway(slot), afterCharge: death } }).pay(slot),
      );
      await shop.timePasses(GRACE_MS);
      await untilDeath(shop.process({ around: { afterRefund: death } }).job.run(await shop.fence()));
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'refunding' }]);
      await shop.settle();
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'refunded', failure: 'slot_expired' }]);
      await shop.expectSound();
    });
  });

  describe('the job', () => {
    it('that was paused is fenced off, and what it learned is written by the next one', async () => {
      const slot = await shop.slot();
      await untilDeath(shop.process({ around: { afterCharge: death } }).pay(slot));
      await shop.timePasses(GRACE_MS);
      const paused = shop.process({
        around: {
          async afterFind() {
            await shop.fence();
          },
        },
      });
      await expect(paused.job.run(await shop.fence())).rejects.toThrow(FencedOff);
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'pending' }]);
      await shop.settle();
      expect(await shop.stateOf(slot)).toBe('confirmed');
    });

    it('looks again sooner at first, and ever more seldom', async () => {
      const slot = await shop.slot();
      const [{ id } = { id: '' }] = [await inDoubt(slot)];
      const waits: number[] = [];
      const { job } = shop.process({ around: { finds: () => ({ state: 'unknown' }) }, graceMs: 3_600_000 });
      const fence = await shop.fence();
      for (let look = 0; look < 9; look += 1) {
        await databaseOf().query('update payments set check_at = clock_timestamp() where id = $1', [id]);
        await job.run(fence);
        const [row] = await databaseOf().query<{ wait: number }>(
          'select extract(epoch from check_at - clock_timestamp())::float8 as wait from payments where id = $1',
          [id],
        );
        waits.push(Math.ceil(row?.wait ?? 0));
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
      await shop.settle();
    });

    it('looks at once when the grace is over, and for a day after that', async () => {
      const slot = await shop.slot();
      const { id } = await inDoubt(slot);
      const agesMs: number[] = [];
      let passedMs = 0;
      const { job } = shop.process({
        around: {
          async beforeFind(order) {
            const [row] = await databaseOf().query<{ ageMs: number }>(
              `select (extract(epoch from clock_timestamp() - asked_at) * 1000)::float8 as "ageMs" from payments where id = $1`,
              [order.id],
            );
            if (order.id === id) agesMs.push(row?.ageMs ?? 0);
          },
        },
      });
      const fence = await shop.fence();
      const isOpen = () => databaseOf().query('select from payments where id = $1 and check_at is not null', [id]);
      for (; passedMs <= GRACE_MS + 2_000; passedMs += 1_000) {
        await job.run(fence);
        await shop.timePasses(1_000);
      }
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'failed', failure: 'no_answer' }]);
      const [last = 0] = agesMs.filter((ageMs) => ageMs >= GRACE_MS);
      expect(last).toBeGreaterThan(GRACE_MS);
      expect(last).toBeLessThan(GRACE_MS + 5_000);
      expect(agesMs.length).toBeLessThan(10);
      for (; (await isOpen()).length > 0; passedMs += 600_000) {
        await job.run(fence);
        await shop.timePasses(600_000);
      }
      expect(passedMs).toBeGreaterThan(24 * 3_600_000);
      expect(passedMs).toBeLessThan(25 * 3_600_000);
    });

    it('does not fail a payment while its provider’s books cannot be read', async () => {
      const slot = await shop.slot();
      const { id } = await inDoubt(slot);
      await shop.timePasses(2 * GRACE_MS);
      const away = () => Promise.reject(new PaymentInDoubt('away'));
      const { job } = shop.process({ around: { beforeFind: away } });
      await job.run(await shop.fence());
      expect(await shop.paymentsOf(slot)).toMatchObject([{ id, state: 'pending' }]);
      await shop.settle();
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'failed', failure: 'no_answer' }]);
    });

    it('gives back until it succeeds, and says when that takes long', async () => {
      const slot = await shop.slot();
      let refunds = 0;
      const around = {
        async beforeCharge() {
          await shop.takeAway(slot);
        },
        async beforeRefund() {
          refunds += 1;
          if (refunds <= ALARM_CHECKS + 3) throw new PaymentInDoubt('its bank is closed', { about: 'order' });
        },
      };
      const process = shop.process({ around });
      expect(await process.pay(slot)).toMatchObject({ state: 'refunding', failure: 'slot_expired' });
      shop.errors.length = 0;
      await shop.settle(process);
      expect(refunds).toBe(ALARM_CHECKS + 4);
      expect(shop.errors).toMatchObject([{ state: 'refunding' }]);
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'refunded' }]);
      await shop.expectSound();
    });

    it('does not refund again what has come back unheard', async () => {
      const slot = await shop.slot();
      let refunds = 0;
      const around = {
        beforeCharge: () => shop.takeAway(slot),
        async afterRefund() {
          refunds += 1;
          throw new PaymentInDoubt('the answer was lost');
        },
      };
      const process = shop.process({ around });
      await process.pay(slot);
      await shop.settle(process);
      expect(refunds).toBeLessThanOrEqual(2);
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'refunded' }]);
      await shop.expectSound();
    });

    it('ends what waited for its buyer until the slot was gone, and asks nobody', async () => {
      const slot = await shop.slot();
      const found: string[] = [];
      const process = shop.process({
        around: {
          page: true,
          async beforeFind({ id }) {
            found.push(id);
          },
        },
      });
      const { id } = await process.pay(slot);
      await shop.settle(process);
      expect(await shop.paymentsOf(slot)).toMatchObject([{ id, state: 'failed', failure: 'slot_expired' }]);
      expect(found).toEqual([]);
      expect(await shop.told()).toContainEqual(
        expect.objectContaining({ type: 'payment', payment: expect.objectContaining({ id, state: 'failed' }) }),
      );
    });
  });

  describe('a provider', () => {
    /** A breaker goes by this machine's clock, which stands still here; the database has its own. */
    const probeIsDue = () => vi.setSystemTime(Date.now() + PROBE_AFTER_MS);
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
    afterEach(() => void vi.useRealTimers());

    it('that is away takes no payment, until it is back', async () => {
      let away = true;
      const around = {
        async beforeCharge() {
          if (away) throw new PaymentInDoubt('away');
        },
      };
      const process = shop.process({ around, probeAfterMs: PROBE_AFTER_MS });
      const slots = await shop.slots(6);
      for (const slot of slots.slice(0, 3)) expect((await process.pay(slot)).state).toBe('pending');
      for (const slot of slots.slice(3)) {
        await expect(process.pay(slot)).rejects.toMatchObject({ code: 'payment_unavailable' });
        expect(await shop.paymentsOf(slot)).toEqual([]);
      }
      away = false;
      probeIsDue();
      for (const slot of slots.slice(3)) expect((await process.pay(slot)).state).toBe('succeeded');
      await shop.settle(process);
      for (const slot of slots.slice(0, 3)) expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'failed' }]);
      await shop.expectSound();
    });

    it('that is found away by others, after a payment has begun, was not asked: it fails at once', async () => {
      const around = { beforeCharge: () => Promise.reject(new PaymentInDoubt('away')) };
      const process = shop.process({ around });
      const slots = await shop.slots(12);
      const answers = await Promise.allSettled(slots.map((slot) => process.pay(slot)));
      const notAsked = answers.filter((each) => each.status === 'fulfilled' && each.value.state === 'failed');
      expect(notAsked.length).toBeGreaterThan(0);
      for (const each of notAsked) expect(each).toMatchObject({ value: { failure: 'no_answer', checkAt: null } });
      for (const slot of slots) expect(await shop.stateOf(slot)).toBe('held');
      await shop.settle();
      await shop.expectSound();
    });

    it('that is away is asked one question a round, and about all when it is back', async () => {
      let asked = 0;
      let away = true;
      const around = {
        async beforeFind() {
          asked += 1;
          if (away) throw new PaymentInDoubt('away');
        },
      };
      const slots = await shop.slots(40);
      for (const slot of slots) await inDoubt(slot);
      await databaseOf().query(`update payments set check_at = clock_timestamp() where check_at is not null`);
      const process = shop.process({ around, probeAfterMs: PROBE_AFTER_MS });
      const fence = await shop.fence();
      await process.job.run(fence);
      const atFirst = asked;
      expect(atFirst).toBeLessThanOrEqual(16);
      for (let round = 0; round < 5; round += 1) await process.job.run(fence);
      expect(asked).toBe(atFirst);
      probeIsDue();
      for (let round = 0; round < 5; round += 1) await process.job.run(fence);
      expect(asked).toBe(atFirst + 1);
      away = false;
      probeIsDue();
      await process.job.run(fence);
      await process.job.run(fence);
      expect(asked).toBeGreaterThan(20);
      await shop.settle(process);
      await shop.expectSound();
    });

    it('that falls silent in the middle of a question does not hold up the round for ever', async () => {
      const slot = await shop.slot();
      await inDoubt(slot);
      const startedAtMs = performance.now();
      const { job } = shop.process({ around: { beforeFind: death } });
      await databaseOf().query(`update payments set check_at = clock_timestamp() where check_at is not null`);
      await job.run(await shop.fence());
      expect(performance.now() - startedAtMs).toBeLessThan(20_000);
      await shop.settle();
    });

    it('that cannot tell of one order is not away', async () => {
      const around = {
        async beforeCharge() {
          throw new PaymentInDoubt('this one alone', { about: 'order' });
        },
      };
      const process = shop.process({ around });
      for (const slot of await shop.slots(5)) expect((await process.pay(slot)).state).toBe('pending');
      expect(process.provider.away).toBe(false);
      await shop.settle();
    });

    it('that took another amount has it given back, and somebody is told', async () => {
      const [answered, found] = [await shop.slot(), await shop.slot()];
      const taken = { amount: 1, currency: 'KRW' };
      shop.errors.length = 0;
      const lying = shop.process({ around: { says: (answer) => ({ ...answer, taken }) as typeof answer } });
      expect(await lying.pay(answered)).toMatchObject({ state: 'refunded', failure: 'amount_differs' });
      await untilDeath(shop.process({ around: { afterCharge: death } }).pay(found));
      await shop.timePasses(GRACE_MS / 2);
      const job = shop.process({
        around: { finds: (entry) => (entry.state === 'charged' ? { ...entry, taken } : entry) },
      });
      await shop.settle(job);
      for (const slot of [answered, found]) {
        expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'refunded', failure: 'amount_differs' }]);
        expect(await shop.books([slot])).toEqual({ kept: 0, refunded: 1 });
      }
      expect(shop.errors).toMatchObject([{ taken }, { taken }]);
      await shop.expectSound();
    });

    it('whose books tell of another try than the one that is charged has that charge given back', async () => {
      const slot = await shop.slot();
      let charge = (): void => {};
      const charging = new Promise<void>((resolve) => {
        charge = resolve;
      });
      // It dies when it has asked, and the provider goes on.
      void shop.process({ around: { beforeCharge: () => charging, afterCharge: death } }).pay(slot);
      await expect.poll(() => shop.paymentsOf(slot)).toHaveLength(1);
      const finds = () => ({ state: 'declined', reason: 'approval_expired' }) as const;
      // While the provider may still be at it, such a word of its books ends nothing.
      await shop.timePasses(10_000);
      await shop.process({ around: { finds } }).job.run(await shop.fence());
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'pending' }]);
      await shop.timePasses(GRACE_MS);
      await shop.process({ around: { finds } }).job.run(await shop.fence());
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'failed', failure: 'approval_expired' }]);
      charge();
      await expect.poll(() => shop.books([slot])).toEqual({ kept: 1, refunded: 0 });
      await shop.settle();
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'refunded', failure: 'approval_expired' }]);
      await shop.expectSound();
    });

    it('that charges a day later, and says so, has it given back', async () => {
      const slot = await shop.slot();
      const { id } = await inDoubt(slot);
      await shop.settle();
      expect(await shop.paymentsOf(slot)).toMatchObject([{ id, state: 'failed' }]);
      await databaseOf().query('insert into sandbox_charges (order_id, amount, charged_at) values ($1, 1000, now())', [
        id,
      ]);
      await heardOf(databaseOf(), 'sandbox', id);
      await shop.settle();
      expect(await shop.paymentsOf(slot)).toMatchObject([{ state: 'refunded', failure: 'no_answer' }]);
      await shop.expectSound();
    });
  });

  describe('a checkout', () => {
    const page = { page: true };

    it('is approved, and paid; however often it is approved', async () => {
      const slot = await shop.slot();
      const process = shop.process({ around: page });
      const opened = await process.pay(slot);
      expect(opened).toMatchObject({ state: 'pending', askedAt: null });
      expect(await shop.books([slot])).toEqual({ kept: 0, refunded: 0 });
      const approvals = await Promise.all([1, 2, 3].map(() => process.approve(slot, opened.id)));
      for (const { id } of approvals) expect(id).toBe(opened.id);
      expect(await process.approve(slot, opened.id, CARDS.declined)).toMatchObject({ state: 'succeeded' });
      expect(await shop.books([slot])).toEqual({ kept: 1, refunded: 0 });
      await shop.expectSound();
    });

    it.each([
      ['returned', 'slot_returned'],
      ['expired', 'slot_expired'],
      ['confirmed', 'slot_confirmed'],
    ])('of a slot that is %s meanwhile is refused, and the provider is not asked', async (how, code) => {
      const slot = await shop.slot();
      const asked: string[] = [];
      const process = shop.process({
        around: {
          ...page,
          async beforeCharge({ id }) {
            asked.push(id);
          },
        },
      });
      const { id } = await process.pay(slot);
      if (how === 'returned') expect(await shop.giveBack(slot)).toBe('done');
      if (how === 'expired') await shop.endHold(slot);
      if (how === 'confirmed') await process.approve(slot, (await process.pay(slot)).id);
      for (let time = 0; time < 2; time += 1) {
        await expect(process.approve(slot, id)).rejects.toMatchObject({ code });
      }
      expect(asked).not.toContain(id);
      await shop.settle(process);
      await shop.expectSound();
    });

    it('waits while another one is in flight', async () => {
      const slot = await shop.slot();
      const process = shop.process({ around: page });
      const [one, other] = [await process.pay(slot), await process.pay(slot)];
      await untilDeath(shop.process({ around: { ...page, beforeCharge: death } }).approve(slot, one.id));
      await expect(process.approve(slot, other.id)).rejects.toMatchObject({ code: 'payment_in_flight' });
      await shop.timePasses(GRACE_MS);
      await process.job.run(await shop.fence());
      expect(await process.approve(slot, other.id)).toMatchObject({ state: 'succeeded' });
      await shop.settle(process);
      await shop.expectSound();
    });
  });

  describe('the grace', () => {
    it('keeps a slot with a payment in flight so long, and no longer; then the next in line has it', async () => {
      const slot = await shop.slot({ waitingLine: true });
      const waits = { userId: '900001', requestId: 'request-1' };
      const waited = await shop.grantLedger.wait(slot.dropId, [waits]);
      expect(waited?.places).toMatchObject([{ place: 'waiting' }]);
      let arrive = (): void => {};
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const process = shop.process({ around: { beforeCharge: () => arrived } });
      await shop.endHold(slot, 5_000);
      const paying = process.pay(slot);
      await expect.poll(() => shop.paymentsOf(slot)).toHaveLength(1);
      expect(await shop.giveBack(slot)).toBe('paying');
      await shop.timePasses(GRACE_MS - 10_000);
      await shop.expire();
      expect(await shop.stateOf(slot)).toBe('held');
      await shop.timePasses(10_000);
      await shop.expire();
      expect(await shop.stateOf(slot)).toBe('expired');
      const next = { dropId: slot.dropId, serial: 2, userId: waits.userId };
      expect(await shop.stateOf(next)).toBe('held');
      arrive();
      expect(await paying).toMatchObject({ state: 'refunded', failure: 'slot_expired' });
      expect(await shop.process().pay(next)).toMatchObject({ state: 'succeeded' });
      expect(await shop.books([slot, next])).toEqual({ kept: 1, refunded: 1 });
      await shop.settle();
      await shop.expectSound();
    });

    it('ends at once with a payment that fails', async () => {
      const slot = await shop.slot();
      const around = { beforeCharge: () => shop.endHold(slot) };
      expect(await shop.process({ around }).pay(slot, { card: CARDS.declined })).toMatchObject({ state: 'failed' });
      await shop.expire();
      expect(await shop.stateOf(slot)).toBe('expired');
    });
  });

  /** Asked about, and never charged. */
  async function inDoubt(slot: Awaited<ReturnType<PaymentShop['slot']>>): Promise<{ id: string }> {
    const around = {
      async beforeCharge() {
        throw new PaymentInDoubt('no answer', { about: 'order' });
      },
    };
    return shop.process({ around }).pay(slot);
  }
}
