/** What is counted for administrators: seconds that are written once, ends that are rolled up once, days of all time zones, processes that come and go. */
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database, Queryable } from '../../src/database/database.ts';
import { Catalogue } from '../../src/drops/catalogue.ts';
import { raiseFence } from '../../src/fleet/fences.ts';
import { countEndsJob } from '../../src/reports/count-ends.ts';
import { Dashboard } from '../../src/reports/dashboard.ts';
import { REPORTS_RETENTION, rollUpJob } from '../../src/reports/jobs.ts';
import { bucketOf, noLatencies } from '../../src/reports/latencies.ts';
import { MinutesOfSales } from '../../src/reports/minutes.ts';
import { SaleMonitor } from '../../src/reports/monitor.ts';
import { type FleetFigures, fleetFigures } from '../../src/reports/processes.ts';
import { writeSeconds } from '../../src/reports/sale-seconds.ts';
import { SecondsWindow, WINDOW_SECONDS } from '../../src/reports/seconds-window.ts';
import { SharedLook } from '../../src/reports/shared-look.ts';
import type { SaleSecond } from '../../src/reports/tally.ts';
import { LastDays, type Trends } from '../../src/reports/trends.ts';
import { retentionJob } from '../../src/worker/retention.ts';

const TABLES = [
  ...['sale_seconds', 'sale_quarters', 'delivery_quarters', 'payment_quarters', 'processes', 'deliveries', 'payments'],
  ...['grants', 'drops', 'accounts'],
];

export function reportsContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: reports on ${adapter}`, () => {
    let database: Database;
    beforeAll(() => {
      database = databaseOf();
    });
    beforeEach(async () => {
      for (const table of TABLES) await database.query(`delete from ${table}`);
      await database.query(
        `update roll_up_positions set at = '-infinity', id = case what when 'deliveries' then '0' else '' end`,
      );
    });

    const now = Math.floor(Date.now() / 1000);
    const second = (counts: Partial<SaleSecond> & { took?: readonly number[] }): SaleSecond => {
      const { took = [], ...rest } = counts;
      const latencies = took.length === 0 ? null : noLatencies();
      for (const ms of took) if (latencies) latencies[bucketOf(ms)] = (latencies[bucketOf(ms)] ?? 0) + 1;
      const none = { granted: 0, soldOut: 0, limitReached: 0, closed: 0, notOpen: 0, faults: 0, atGate: 0 };
      return { dropId: '7', second: now - 10, run: 0, ...none, latencies, ...rest };
    };
    async function quarters(): Promise<object> {
      const [row] = await database.query(
        `select sum(granted)::int as granted, sum(sold_out)::int as "soldOut", sum(limit_reached)::int as "limitReached", sum(closed)::int as closed,
                sum(not_open)::int as "notOpen", sum(faults)::int as faults from sale_quarters`,
      );
      return row ?? {};
    }
    /** Takes rows of a drop with what this test needs. */
    async function insertDrop(columns: Record<string, unknown> = {}): Promise<string> {
      const row = {
        ...{
          kind: 'product',
          title: 'A kettle',
          stock: 10,
          per_user_limit: 1,
          price: 5,
          currency: 'KRW',
          hold_minutes: 30,
        },
        ...{ opens_at: 'yesterday' },
        ...columns,
      };
      const places = Object.keys(row).map((_, place) => `$${place + 1}`);
      const [inserted] = await database.query<{ id: string }>(
        `insert into drops (${Object.keys(row)}) values (${places}) returning id`,
        Object.values(row),
      );
      return inserted?.id ?? '';
    }

    it('seconds are written once, though their statement is repeated, and their quarter grows once', async () => {
      const [one, other] = [
        second({ granted: 3, soldOut: 5, atGate: 4, took: [1, 2, 3] }),
        second({ dropId: '8', faults: 2 }),
      ];
      await writeSeconds(database, 'gateway-1', [one, other]);
      await writeSeconds(database, 'gateway-1', [
        one,
        other,
        second({ second: now - 9, closed: 1, notOpen: 2, limitReached: 3 }),
      ]);
      expect(await quarters()).toEqual({ granted: 3, soldOut: 5, limitReached: 3, closed: 1, notOpen: 2, faults: 2 });
      await writeSeconds(database, 'gateway-1', [{ ...one, run: 1 }]);
      await writeSeconds(database, 'gateway-2', [one]);
      expect(await quarters()).toMatchObject({ granted: 9, soldOut: 15 });
      expect(await database.query('select from sale_seconds')).toHaveLength(5);
    });

    it('quarters are the sum of the seconds, whatever is written when and how often', async () => {
      const write = fc.record({
        process: fc.constantFrom('a', 'b'),
        seconds: fc.uniqueArray(
          fc.record({
            dropId: fc.constantFrom('7', '8'),
            second: fc.integer({ min: now - 2_000, max: now }),
            granted: fc.nat(50),
            soldOut: fc.nat(5_000),
            faults: fc.nat(9),
          }),
          { maxLength: 20, selector: ({ dropId, second: at }) => `${dropId} ${at}` },
        ),
        times: fc.integer({ min: 1, max: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(write, { maxLength: 6 }), async (writes) => {
          await database.execute('delete from sale_seconds; delete from sale_quarters');
          for (const { process, seconds, times } of writes)
            for (let time = 0; time < times; time += 1)
              if (seconds.length > 0) await writeSeconds(database, process, seconds.map(second));
          const differences = await database.query(
            `select from (select quarter_of(second) as quarter, drop_id, sum(granted) as granted, sum(sold_out) as sold_out, sum(faults) as faults
                          from sale_seconds group by 1, 2) s
             full join sale_quarters q using (quarter, drop_id)
             where (s.granted, s.sold_out, s.faults) is distinct from (q.granted::numeric, q.sold_out::numeric, q.faults::numeric)`,
          );
          expect(differences).toEqual([]);
        }),
        { numRuns: 15 },
      );
    });

    it('the window has one value a second, of all processes together, and zeros where nobody counted', async () => {
      await writeSeconds(database, 'a', [
        second({ granted: 1, took: [10, 10] }),
        second({ second: now - 8, soldOut: 4, atGate: 4 }),
      ]);
      await writeSeconds(database, 'b', [
        second({ granted: 2, faults: 1, took: [10, 1_000] }),
        second({ dropId: '8', granted: 9 }),
      ]);
      const window = new SecondsWindow(database, '7');
      await window.readUpTo(now - 7);
      const columns = window.columns(now - 11);
      expect(columns).toMatchObject({ from: now - 11, granted: [0, 3, 0, 0, 0], soldOut: [0, 0, 0, 4, 0] });
      expect(columns).toMatchObject({ atGate: [0, 0, 0, 4, 0], faults: [0, 1, 0, 0, 0], closed: [0, 0, 0, 0, 0] });
      expect(columns.p50.map((ms) => ms === null)).toEqual([true, false, true, true, true]);
      expect(Math.abs((columns.p50[1] ?? 0) - 10)).toBeLessThan(2);
      expect(Math.abs((columns.p99[1] ?? 0) - 1_000)).toBeLessThan(200);
      const all = window.columns(0);
      expect(all.from).toBe(now - 7 - WINDOW_SECONDS + 1);
      for (const [name, column] of Object.entries(all))
        if (name !== 'from') expect(column).toHaveLength(WINDOW_SECONDS);
      expect(window.columns(now + 100)).toMatchObject({ from: now - 6, granted: [], p50: [] });
    });

    it('the window takes what is written late, and forgets what is over an hour old', async () => {
      const window = new SecondsWindow(database, '7');
      await writeSeconds(database, 'a', [second({ second: now - 10, granted: 1 })]);
      await window.readUpTo(now - 8);
      await writeSeconds(database, 'b', [second({ second: now - 10, granted: 5 })]);
      await window.readUpTo(now - 7);
      expect(window.columns(now - 10)).toMatchObject({ granted: [6, 0, 0, 0] });
      // Kept by a gateway while the database was away.
      await writeSeconds(database, 'b', [second({ second: now - 100, granted: 7 })]);
      for (let last = now - 6; last <= now + 12; last += 1) await window.readUpTo(last);
      expect(window.columns(now - 100).granted[0]).toBe(7);
      await window.readUpTo(now + WINDOW_SECONDS);
      expect(Math.max(...window.columns(0).granted)).toBe(0);
    });

    it('whoever keeps watching is told of seconds that were written after an outage', async () => {
      const window = new SecondsWindow(database, '7');
      const start = now - 600;
      for (let last = start; last < start + 119; last += 1) await window.readUpTo(last);
      await writeSeconds(
        database,
        'a',
        Array.from({ length: 119 }, (_, place) => second({ second: start + place, granted: 1 })),
      );
      // As a page does, each second; and another one, which comes from another gateway in the middle of it.
      const [page, other] = [new Map<number, number>(), new Map<number, number>()];
      for (let last = start + 119; last < start + 300; last += 1) {
        await window.readUpTo(last);
        for (const [seen, from] of [
          [page, start],
          [other, start + 134],
        ] as const) {
          if (last < from) continue;
          const columns = window.columnsAfter(last - 1);
          for (const [place, count] of columns.granted.entries()) seen.set(columns.from + place, count);
        }
      }
      const sum = (seen: Map<number, number>) => [...seen.values()].reduce((all, count) => all + count, 0);
      expect(sum(page)).toBe(119);
      expect(sum(other)).toBeGreaterThan(100);
      // Long after it the answers are as short as ever, and so is that to one who is ahead of us.
      expect(window.columnsAfter(start + 298).granted).toHaveLength(7);
      expect(window.columnsAfter(99_999_999_999).granted).toHaveLength(0);
    });

    it('minutes of sales are those of the last hour, the running one last', async () => {
      const minute = Math.floor(now / 60);
      const minutes = new MinutesOfSales(database);
      await writeSeconds(database, 'a', [
        second({ second: (minute - 59) * 60, granted: 1 }),
        second({ second: (minute - 59) * 60 - 1, granted: 50 }),
        second({ second: minute * 60, granted: 2 }),
      ]);
      await writeSeconds(database, 'b', [second({ second: minute * 60, granted: 3 })]);
      const told = await minutes.granted('7', true, now * 1000);
      expect([told.length, told[0], told[59], told.reduce((sum, count) => sum + count)]).toEqual([60, 1, 5, 6]);
      await writeSeconds(database, 'c', [second({ second: (minute - 1) * 60, granted: 4 })]);
      const later = await minutes.granted('7', true, (now + 60) * 1000);
      expect([later[58], later[57], later.reduce((sum, count) => sum + count)]).toEqual([5, 4, 9]);
    });

    const trendsOf = (on: Queryable, days: number, timeZone: string): Promise<Trends> =>
      new LastDays(on, days, timeZone).look();
    async function insertDelivery(endedAt: string, state = 'sent', channel = 'email'): Promise<void> {
      await database.query(
        `insert into deliveries (notification_id, user_id, due_at, ended_at, channel, state, type) values (1, 1, now(), $1, $2, $3, 'granted')`,
        [endedAt, channel, state],
      );
    }
    async function insertPayment(
      id: string,
      state: string,
      amount: number,
      at: string,
      currency = 'KRW',
      dropId = '7',
    ) {
      await database.query(
        `insert into payments (drop_id, user_id, amount, created_at, decided_at, refunded_at, serial, id, request_id, method, currency, state)
         values ($6, 1, $2, $3, $3, case when $4::text = 'refunded' then $3::timestamptz end, nextval(pg_get_serial_sequence('deliveries', 'id')), $1, $1, 'sandbox', $5, $4)`,
        [id, amount, at, state, currency, dropId],
      );
    }

    it('ends are rolled up once, in whichever portions, and by whichever worker', async () => {
      for (let n = 0; n < 23; n += 1) {
        await insertDelivery(
          new Date((now - 3_000 + 100 * (n % 5)) * 1000).toISOString(),
          n % 4 === 0 ? 'failed' : 'sent',
        );
        await insertPayment(
          `p${n}`,
          n % 3 === 0 ? 'refunded' : 'succeeded',
          10,
          new Date((now - 3_000 + 300 * (n % 7)) * 1000).toISOString(),
        );
      }
      await insertPayment('failed', 'failed', 99, new Date((now - 60) * 1000).toISOString());
      const jobs = [rollUpJob(database, 4), rollUpJob(database, 3)];
      for (let round = 0; round < 12; round += 1) await Promise.all(jobs.map((job) => job.run()));
      await insertDelivery(new Date((now - 30) * 1000).toISOString());
      await Promise.all(jobs.map((job) => job.run()));
      expect(
        await database.query('select sum(sent)::int as sent, sum(failed)::int as failed from delivery_quarters'),
      ).toEqual([{ sent: 18, failed: 6 }]);
      expect(
        await database.query(
          'select sum(succeeded)::int as n, sum(paid)::int as paid, sum(refunded)::int as back, sum(refunded_amount)::int as amount from payment_quarters',
        ),
      ).toEqual([{ n: 15, paid: 150, back: 8, amount: 80 }]);
    });

    it('what has ended only just now waits, in case that something earlier is still to be committed', async () => {
      await insertDelivery(new Date(Date.now() + 1_000).toISOString());
      await rollUpJob(database).run();
      expect(await database.query('select from delivery_quarters')).toEqual([]);
    });

    it('days are those of the time zone, also where it is half an hour off, or where the clocks change', async () => {
      const count = 40;
      const { days } = await trendsOf(database, count, 'Asia/Kolkata');
      const [first, today] = [days[0]?.day ?? '', days.at(-1)?.day ?? ''];
      expect(days).toHaveLength(count);
      expect(Date.parse(today) - Date.parse(first)).toBe((count - 1) * 86_400_000);
      const at = (day: string, time: string) => Date.parse(`${day}T${time}+05:30`) / 1000;
      await writeSeconds(database, 'a', [
        second({ second: at(first, '00:00:00') - 1, granted: 1_000 }),
        second({ second: at(first, '00:00:00'), granted: 1, soldOut: 3, limitReached: 1, closed: 1, notOpen: 1 }),
        second({ second: at(first, '23:59:59'), granted: 2 }),
        second({ second: at(first, '23:59:59') + 1, granted: 4, faults: 7 }),
      ]);
      await insertDelivery(`${first}T23:59:59+05:30`);
      await insertDelivery(`${first}T00:00:00+05:30`, 'failed', 'slack');
      await insertPayment('one', 'succeeded', 1_000, `${first}T10:00:00+05:30`);
      await insertPayment('two', 'succeeded', 30, `${first}T11:00:00+05:30`, 'USD');
      await insertPayment('three', 'refunded', 500, `${first}T12:00:00+05:30`);
      await rollUpJob(database).run();
      const trends = await trendsOf(database, count, 'Asia/Kolkata');
      expect(trends.days[0]).toEqual({
        ...{ day: first, granted: 3, refused: 6, faults: 0, deliveriesSent: 1, deliveriesFailed: 1, payments: 2 },
        ...{ paid: { KRW: 1_000, USD: 30 }, refunded: { KRW: 500 } },
      });
      expect(trends.days[1]).toMatchObject({ granted: 4, faults: 7, deliveriesSent: 0, paid: {}, refunded: {} });
      expect(trends.currencies).toEqual([
        { currency: 'KRW', succeeded: { count: 2 - 1, amount: 1_000 }, refunded: { count: 1, amount: 500 } },
        { currency: 'USD', succeeded: { count: 1, amount: 30 }, refunded: { count: 0, amount: 0 } },
      ]);
      for (const zone of ['America/New_York', 'Pacific/Auckland', 'America/St_Johns', 'UTC']) {
        const { days: local } = await trendsOf(database, 90, zone);
        expect(new Set(local.map(({ day }) => day)).size).toBe(90);
        expect(local.at(-1)?.day).toBe(new Date().toLocaleDateString('sv', { timeZone: zone }));
      }
    });

    it('a day has all of its quarters, however many days are asked for, also where one midnight comes twice', async () => {
      // As the Azores and Havana do in autumn, clocks go back from one to midnight: there a month ago, whenever this runs.
      const [summer, autumn] = [90, 30].map((daysAgo) => new Date((now - daysAgo * 86_400) * 1000));
      const ofYear = (date = new Date()) =>
        1 + (Date.UTC(2023, date.getUTCMonth(), Math.min(28, date.getUTCDate())) - Date.UTC(2023, 0, 1)) / 86_400_000;
      const twice = `AAA1BBB,J${ofYear(summer)}/0,J${ofYear(autumn)}/1`;
      await database.execute(`
        insert into sale_quarters (quarter, drop_id, granted)
        select q, 1, 1 from generate_series(date_trunc('day', now()) - interval '93 days', now() + interval '1 day', interval '15 minutes') q`);
      for (const zone of [twice, 'Atlantic/Azores', 'America/Havana', 'Africa/Cairo', 'Asia/Seoul']) {
        const whole = new Map((await trendsOf(database, 90, zone)).days.map(({ day, granted }) => [day, granted]));
        for (const [day, granted] of whole)
          expect([zone, day, [92, 96, 100].includes(granted)]).toEqual([zone, day, true]);
        for (const count of [1, 2, 6, 7, 21, 28, 31, 38, 48])
          for (const { day, granted } of (await trendsOf(database, count, zone)).days)
            expect([zone, count, day, granted]).toEqual([zone, count, day, whole.get(day)]);
      }
      const { days } = await trendsOf(database, 60, twice);
      expect(days.filter(({ granted }) => granted === 100)).toHaveLength(1);
    });

    it('reads days that are over once, and what is new or late each time', async () => {
      const at = (daysAgo: number) => new Date((now - daysAgo * 86_400) * 1000);
      const insert = (daysAgo: number) =>
        database.query(
          `insert into sale_quarters (quarter, drop_id, granted) values (quarter_of($1), 1, 1) on conflict (quarter, drop_id) do update set granted = sale_quarters.granted + 1`,
          [at(daysAgo)],
        );
      for (let day = 0; day < 30; day += 1) await insert(day);
      let statements = 0;
      const counting = {
        query: (text: string, parameters?: readonly unknown[]) => {
          statements += 1;
          return database.query(text, parameters);
        },
      } as Queryable;
      vi.useFakeTimers({ toFake: ['performance'] });
      try {
        const days = new LastDays(counting, 30, 'UTC');
        const granted = async () => (await days.look()).days.map((day) => day.granted);
        expect(await granted()).toEqual(Array.from({ length: 30 }, () => 1));
        for (const day of [0, 1, 9]) await insert(day);
        statements = 0;
        expect(await granted()).toEqual([...Array.from({ length: 28 }, () => 1), 2, 2]);
        expect(statements).toBe(4);
        vi.advanceTimersByTime(600_001);
        expect((await granted())[20]).toBe(2);
      } finally {
        vi.useRealTimers();
      }
    });

    it('processes count as long as they are heard', async () => {
      const insert = (name: string, seconds: number, lag: number | null) =>
        database.query(
          `insert into processes (name, roles, started_at, seen_at, sockets, people, claims_waiting, lag, cpu_share, memory_bytes, late_ms)
           values ($1, '{gateway}', now(), clock_timestamp() - $2 * interval '1 second', 10, 7, 2, $3, 0.5, 5000000000, 1.5)`,
          [name, seconds, lag],
        );
      expect(await fleetFigures(database)).toEqual({
        processes: [],
        sockets: 0,
        people: 0,
        claimsWaiting: 0,
        lag: null,
      });
      await insert('a', 1, null);
      await insert('b', 5, 5);
      await insert('c', 3, 3);
      await insert('gone', 11, 900);
      const fleet = await fleetFigures(database);
      expect(fleet).toMatchObject({ sockets: 30, people: 21, claimsWaiting: 6, lag: 5 });
      expect(fleet.processes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
      expect(fleet.processes[0]).toMatchObject({ roles: ['gateway'], cpuShare: 0.5, memoryBytes: 5e9, lateMs: 1.5 });
    });

    it('seconds and processes are forgotten after a day, drop by drop; their quarters stay', async () => {
      const old = now - 86_500;
      await writeSeconds(database, 'a', [
        ...Array.from({ length: 7 }, (_, n) => second({ dropId: String(n + 1), second: old, granted: 1 })),
        ...Array.from({ length: 9 }, (_, n) => second({ second: old - n - 1, granted: 1 })),
        second({ granted: 1 }),
      ]);
      await database.execute(`
        insert into processes (name, roles, started_at, seen_at, sockets, people, claims_waiting, cpu_share, memory_bytes, late_ms)
        values ('old', '{}', now(), now() - interval '25 hours', 0, 0, 0, 0, 0, 0), ('young', '{}', now(), now() - interval '23 hours', 0, 0, 0, 0, 0, 0)`);
      const { name } = REPORTS_RETENTION;
      await retentionJob(database, REPORTS_RETENTION, 5).run(await raiseFence(database, name));
      expect(await database.query('select second from sale_seconds')).toEqual([
        { second: new Date((now - 10) * 1000) },
      ]);
      expect(await database.query('select name from processes')).toEqual([{ name: 'young' }]);
      expect(await quarters()).toMatchObject({ granted: 17 });
      const fence = await raiseFence(database, name);
      await raiseFence(database, name);
      await expect(retentionJob(database, REPORTS_RETENTION).run(fence)).rejects.toThrow('no longer the latest');
    });

    it('quarters are forgotten after 400 days', async () => {
      const days = `(values (399), (401), (500)) v (days), lateral (select now() - days * interval '1 day' as quarter) q`;
      await database.execute(`
        insert into sale_quarters (quarter, drop_id, granted) select quarter, 1, 1 from ${days};
        insert into delivery_quarters (quarter, channel, sent) select quarter, 'email', 1 from ${days};
        insert into payment_quarters (quarter, currency, succeeded) select quarter, 'KRW', 1 from ${days}`);
      await retentionJob(database, REPORTS_RETENTION, 1).run(await raiseFence(database, REPORTS_RETENTION.name));
      for (const table of ['sale_quarters', 'delivery_quarters', 'payment_quarters']) {
        const kept = `select count(*)::int as kept from ${table} where quarter < now() - interval '398 days'`;
        expect(await database.query(kept), table).toEqual([{ kept: 1 }]);
      }
    });

    it('drops that were made before anybody counted are counted', async () => {
      const ended = { used: null, confirmed: null, cancelled: null, expired: null, returned: null };
      const ids = [
        await insertDrop({ ...ended, serials: 4 }),
        await insertDrop({ ...ended, serials: 2 }),
        await insertDrop(),
      ];
      const grants: [number, number, string][] = [
        ...([
          [0, 1, 'confirmed'],
          [0, 2, 'expired'],
          [0, 3, 'held'],
          [0, 4, 'confirmed'],
        ] as [number, number, string][]),
        ...([
          [1, 1, 'used'],
          [1, 2, 'returned'],
        ] as [number, number, string][]),
      ];
      for (const [place, serial, state] of grants)
        await database.query(
          `insert into grants (drop_id, user_id, arrival, granted_at, expires_at, serial, state) values ($1, 1, 1, now(), now(), $2, $3)`,
          [ids[place], serial, state],
        );
      await countEndsJob(database).run();
      expect(
        await database.query('select used, confirmed, cancelled, expired, returned from drops order by id'),
      ).toEqual([
        { used: 0, confirmed: 2, cancelled: 0, expired: 1, returned: 0 },
        { used: 1, confirmed: 0, cancelled: 0, expired: 0, returned: 1 },
        { used: 0, confirmed: 0, cancelled: 0, expired: 0, returned: 0 },
      ]);
    });

    it('a drop that changes while it is counted is counted in another round, or at last behind its lock', async () => {
      const ended = { used: null, confirmed: null, cancelled: null, expired: null, returned: null };
      const id = await insertDrop({ ...ended, serials: 2, entries: 4 });
      for (const serial of [1, 2])
        await database.query(
          `insert into grants (drop_id, user_id, arrival, granted_at, expires_at, serial, state) values ($1, 1, 1, now(), now(), $2, 'held')`,
          [id, serial],
        );
      const end = (serial: number) =>
        database.query(
          `with ended as (update grants set state = 'returned' where drop_id = $1 and serial = $2)
           update drops set entries = entries + 1, returned = returned + 1 where id = $1`,
          [id, serial],
        );
      const returned = async () =>
        (await database.query<{ returned: number | null }>('select returned from drops where id = $1', [id]))[0]
          ?.returned;
      let meanwhile: (() => Promise<unknown>) | undefined;
      const busy = {
        transaction: database.transaction.bind(database),
        async query(text: string, parameters?: readonly unknown[]) {
          const rows = await database.query(text, parameters);
          if (text.includes('ends_of')) await meanwhile?.();
          return rows;
        },
      } as unknown as Database;
      const job = countEndsJob(busy, 3);
      meanwhile = () => end(1);
      await job.run();
      expect(await returned()).toBeNull();
      meanwhile = undefined;
      await job.run();
      expect(await returned()).toBe(1);

      await database.query('update drops set used = null, returned = null where id = $1', [id]);
      meanwhile = () => database.query('update drops set entries = entries + 1 where id = $1', [id]);
      const restless = countEndsJob(busy, 3);
      for (let round = 0; round < 2; round += 1) await restless.run();
      expect(await returned()).toBeNull();
      await restless.run();
      expect(await returned()).toBe(1);
    });

    const looking = (on: Queryable = database) => {
      const fleet = new SharedLook<FleetFigures>(() => fleetFigures(on));
      return { database: on, catalogue: new Catalogue(on), nowMs: Date.now, fleet };
    };

    it('the monitor shows where a drop stands, and nothing of one that there is not', async () => {
      const id = await insertDrop({
        granted: 4,
        serials: 9,
        arrivals: 30,
        waiting: 3,
        waiting_line: true,
        confirmed: 2,
        expired: 4,
        returned: 1,
      });
      await insertPayment('open', 'pending', 5, 'now', 'KRW', id);
      const monitor = new SaleMonitor(looking());
      const view = await monitor.view(id);
      expect(view?.totals).toEqual({
        ...{
          arrivals: 30,
          granted: 4,
          remaining: 3,
          waiting: 3,
          serials: 9,
          paid: { count: 2, amount: 10 },
          pendingPayments: 1,
        },
        states: { issued: 0, used: 0, held: 2, confirmed: 2, cancelled: 0, expired: 4, returned: 1 },
      });
      expect(view?.drop).toMatchObject({ id, remaining: 3 });
      expect(await monitor.view('999999')).toBeUndefined();
    });

    it('a look at a drop changes nothing of what this process knows of it', async () => {
      const id = await insertDrop({ title: 'Before', entries: 5 });
      const parts = looking();
      const monitor = new SaleMonitor(parts);
      const before = await parts.catalogue.load(id);
      if (before === undefined) throw new Error('the drop is there');
      // Heard of before the row that was read, and meanwhile.
      parts.catalogue.changed({ ...before, title: 'After', entries: 6 });
      expect((await monitor.view(id))?.drop.title).toBe('Before');
      expect(parts.catalogue.known(id)).toMatchObject({ title: 'After', entries: 6 });
      const query = database.query.bind(database);
      const deleting = {
        query: async (text: string, parameters?: readonly unknown[]) => {
          const rows = await query(text, parameters);
          parts.catalogue.forget(id);
          return rows;
        },
      } as Queryable;
      await new SaleMonitor({ ...parts, database: deleting }).view(id);
      expect(parts.catalogue.known(id)).toBeUndefined();
    });

    it('units of drops that nobody has counted yet are in hands, for the monitor as for the dashboard', async () => {
      const ended = { used: null, confirmed: null, cancelled: null, expired: null, returned: null };
      const id = await insertDrop({ ...ended, granted: 4, serials: 6 });
      const [monitor, dashboard] = [new SaleMonitor(looking()), new Dashboard(looking())];
      expect((await monitor.view(id))?.totals.states.held).toBe(6);
      expect((await dashboard.view(1, 'UTC')).totals.held).toBe(6);
    });

    it('many who watch cost what one costs', async () => {
      const id = await insertDrop();
      let queries = 0;
      const counting = {
        ...database,
        query: (text: string, parameters?: readonly unknown[]) => {
          queries += 1;
          return database.query(text, parameters);
        },
      } as Queryable;
      let nowMs = Date.now();
      const monitor = new SaleMonitor({ ...looking(counting), nowMs: () => nowMs });
      await monitor.view(id);
      nowMs += 1_000;
      queries = 0;
      await monitor.view(id);
      const one = queries;
      nowMs += 1_000;
      queries = 0;
      await Promise.all(Array.from({ length: 20 }, () => monitor.view(id, Math.floor(nowMs / 1000) - 3)));
      for (let again = 0; again < 20; again += 1) await monitor.view(id);
      expect([queries, one > 0]).toEqual([one, true]);
    });

    it('the dashboard counts each drop once, also one that ended long ago and is opened again', async () => {
      // In the first hour of a day that is before yesterday began.
      const ended = new Date((now - 90_000) * 1000);
      const opens_at = new Date((now - 100_000) * 1000);
      const old = await insertDrop({ opens_at, closes_at: ended, granted: 5, arrivals: 9 });
      await insertDrop({ opens_at, cancelled_at: ended, granted: 7, arrivals: 7 });
      await insertDrop({ granted: 1, arrivals: 2 });
      vi.useFakeTimers({ toFake: ['performance'] });
      try {
        const dashboard = new Dashboard(looking());
        const look = async () => {
          const { drops, totals } = await dashboard.view(1, 'UTC');
          return [drops.open, drops.closed, drops.cancelled, totals.granted, totals.arrivals];
        };
        expect(await look()).toEqual([1, 1, 1, 13, 18]);
        await database.query(`update drops set arrivals = 10, closes_at = 'tomorrow' where id = $1`, [old]);
        vi.advanceTimersByTime(5_001);
        expect(await look()).toEqual([2, 0, 1, 13, 19]);
      } finally {
        vi.useRealTimers();
      }
    });

    it('the dashboard adds all up', async () => {
      await insertDrop({ opens_at: 'tomorrow', title: 'to come' });
      await insertDrop({ granted: 3, serials: 7, arrivals: 20, confirmed: 1, expired: 2, returned: 2, title: 'open' });
      const soldOut = await insertDrop({
        granted: 10,
        serials: 12,
        arrivals: 90,
        confirmed: 10,
        expired: 2,
        title: 'busy',
      });
      await insertDrop({ granted: 10, serials: 10, arrivals: 50, confirmed: 10, title: 'sold out long ago' });
      await insertDrop({ closes_at: 'now', title: 'closed' });
      await insertDrop({ cancelled_at: 'now', title: 'cancelled' });
      await insertDrop({
        ...{ kind: 'coupon', price: null, currency: null, hold_minutes: null, discount_percent: 5, valid_for_days: 1 },
        ...{ granted: 5, serials: 6, used: 2, cancelled: 1, expired: 1, title: 'coupons' },
      });
      await writeSeconds(database, 'a', [second({ dropId: soldOut, granted: 6 })]);
      await database.execute(`
        insert into accounts (username, email, password_hash) select 'u' || n, n || '@example.com', '!' from generate_series(1, 25) n`);
      for (const state of ['sent', 'sent', 'failed'])
        await insertDelivery(new Date((now - 100) * 1000).toISOString(), state);
      await insertDelivery(new Date((now - 90_000) * 1000).toISOString(), 'failed', 'slack');
      await database.query(
        `insert into deliveries (notification_id, user_id, due_at, channel, state, type) values (1, 1, now(), 'email', 'pending', 'granted')`,
      );
      await insertPayment('a', 'succeeded', 7, new Date((now - 90) * 1000).toISOString());
      await insertPayment('b', 'pending', 7, 'now');
      await insertPayment('c', 'refunding', 7, 'now');
      await rollUpJob(database).run();
      const view = await new Dashboard(looking()).view(3, 'UTC');
      expect(view.drops).toEqual({ scheduled: 1, open: 2, soldOut: 2, closed: 1, cancelled: 1 });
      expect(view.accounts).toBe(25);
      expect(view.totals).toEqual({
        ...{
          granted: 28,
          arrivals: 160,
          waiting: 0,
          held: 2,
          confirmed: 21,
          used: 2,
          expired: 5,
          cancelled: 1,
          returned: 2,
        },
      });
      expect(view.deliveries).toMatchObject({ pending: 1, failed: 2, sent24h: 2, failed24h: 1 });
      expect(view.deliveries.channels).toContainEqual({ channel: 'email', pending: 1, sent24h: 2, failed24h: 1 });
      expect(view.payments).toEqual({
        ...{ pending: 1, refunding: 1 },
        currencies: [{ currency: 'KRW', succeeded: { count: 1, amount: 7 }, refunded: { count: 0, amount: 0 } }],
      });
      expect(view.live.map(({ drop }) => drop.title)).toEqual(['busy', 'coupons', 'open']);
      expect(view.live[0]?.perMinute.reduce((sum, count) => sum + count)).toBe(6);
      expect(view.upcoming.map(({ title }) => title)).toEqual(['to come']);
      expect(view.days.map(({ granted }) => granted).reduce((sum, count) => sum + count)).toBe(6);
    });
  });
}
