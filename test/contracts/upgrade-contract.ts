/** From the version before notifications to this one, and beside the next: what was there before is told of, and versions that run at the same time leave each other's work alone. */
import { beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import type { Database } from '../../src/database/database.ts';
import { buildIndexes } from '../../src/database/indexes.ts';
import { migrate } from '../../src/database/migrate.ts';
import { amendDrop } from '../../src/drops/store.ts';
import { News } from '../../src/fleet/news.ts';
import { Herald } from '../../src/herald/herald.ts';
import { migrateTo } from '../servers/earlier-version.ts';

/** `databaseOf`: one of its own, which is emptied. */
export function upgradeContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: upgrades on ${adapter}`, () => {
    let database: Database;
    beforeEach(async () => {
      database = databaseOf();
      await database.execute('drop schema public cascade; create schema public');
      await migrateTo(4, database);
    });

    async function insertDrop(id: number, change: Record<string, unknown> = {}): Promise<void> {
      const row = {
        ...{ id, kind: 'product', title: `Kettle “${id}”`, stock: 10, per_user_limit: 1, price: 5, currency: 'KRW' },
        ...{ hold_minutes: 30, opens_at: 'now', entries: 3 },
        ...change,
      };
      const columns = Object.keys(row);
      const places = columns.map((_, place) => `$${place + 1}`);
      await database.query(
        `insert into drops (${columns}) overriding system value values (${places})`,
        Object.values(row),
      );
    }

    async function insertSlot(serial: number, state: string, minutes: readonly [ago: number, left: number]) {
      await database.query(
        `insert into grants (drop_id, user_id, arrival, granted_at, hold_until, expires_at, serial, state)
         values (1, 500 + $1::int, $1::int, now() - $3 * interval '1 minute', now() + $4 * interval '1 minute', now() + interval '1 hour', $1, $2)`,
        [serial, state, ...minutes],
      );
    }

    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

    function herald(): Herald {
      const news = new News(new EmbeddedBroadcast({ alone: true }), 'herald');
      return new Herald({ database, news, nowMs: Date.now, ways: { email: true } });
    }

    it('drops that are still to open are announced, as the herald would have', async () => {
      const opensAt = inMinutes(60);
      await insertDrop(1, { opens_at: opensAt });
      await insertDrop(2, { opens_at: inMinutes(9) });
      await insertDrop(3, { opens_at: inMinutes(60), cancelled_at: 'now' });
      await insertDrop(4);
      await migrate(database);
      const announced = () =>
        database.query(
          `select drop_id::text as "dropId", state, type, dedupe_key as key, data, due_at as "dueAt" from announcements`,
        );
      const expected = {
        ...{ dropId: '1', state: 'scheduled', type: 'drop_opening', key: `drop_opening 1 ${opensAt}` },
        data: { dropId: '1', title: 'Kettle “1”', opensAt },
        dueAt: new Date(Date.parse(opensAt) - 10 * 60_000),
      };
      expect(await announced()).toEqual([expected]);
      await amendDrop(database, '1', { description: 'New words' }, Date.now);
      await herald().job.run();
      expect(await announced()).toEqual([expected]);
    });

    it('holders of slots are warned, as the herald would have', async () => {
      await insertDrop(1);
      await insertSlot(1, 'held', [2, 28]);
      await insertSlot(2, 'held', [1, 3]);
      await insertSlot(3, 'held', [30, -0.1]);
      await insertSlot(4, 'confirmed', [2, 28]);
      await migrate(database);
      const rows = await database.query<{ data: { holdUntil: string } }>(
        `select user_id::text as "userId", state, type, dedupe_key as key, data, in_app as "inApp",
                round(extract(epoch from due_at - now()) / 6)::int as tenths
         from notifications order by user_id`,
      );
      const notice = (serial: number, tenths: number) => ({
        ...{ userId: `${500 + serial}`, state: 'scheduled', type: 'slot_expiring', key: `slot_expiring 1-${serial}` },
        data: { dropId: '1', title: 'Kettle “1”', grantId: `1-${serial}`, holdUntil: expect.any(String) },
        ...{ inApp: false, tenths },
      });
      expect(rows).toEqual([notice(1, 230), notice(2, 10)]);
      for (const { data } of rows) expect(new Date(data.holdUntil).toISOString()).toBe(data.holdUntil);
    });

    it('what there was before is no news', async () => {
      await insertDrop(1, { stock: 5, granted: 3, waiting: 2, waiting_line: true });
      await insertDrop(2, { stock: 5, granted: 3, waiting: 2 });
      await migrate(database);
      expect(
        await database.query(
          'select number::int, people, sold_out as "soldOut" from herald_positions order by drop_id',
        ),
      ).toEqual([
        { number: 3, people: 0, soldOut: true },
        { number: 3, people: 0, soldOut: false },
      ]);
      await herald().job.run();
      expect(await database.query('select from messages')).toEqual([]);
    });

    it('a payment that a process of the version before changes is told of', async () => {
      await migrate(database);
      await database.execute(`
        insert into payments (id, drop_id, serial, user_id, request_id, method, amount, currency, state, created_at)
        values ('a', 1, 1, 1, 'request', 'sandbox', 5, 'KRW', 'pending', now());
        update payments set check_at = now();
        update payments set asked_at = now();
        update payments set checks = checks + 1, asked_at = asked_at;
        update payments set state = 'refunding';
        update payments set state = 'refunding', checks = 0;
        update payments set state = 'refunded';`);
      const changes = await database.query<{ state: string }>('select state from payment_changes order by id');
      expect(changes.map(({ state }) => state)).toEqual(['pending', 'refunding', 'refunded']);
    });

    it('a later version’s database keeps its functions when a process of this one starts', async () => {
      await migrate(database);
      const later = `create or replace function outlived(p_types text[], p_data text[]) returns table (place integer)
                     language sql as $$ select 999 $$`;
      await database.execute(`${later}; insert into schema_version (version, name) values (999, 'tomorrow')`);
      await migrate(database);
      expect(await database.query(`select * from outlived('{}', '{}')`)).toEqual([{ place: 999 }]);
      const [row] = await database.query('select max(version)::int as version from schema_version');
      expect(row).toEqual({ version: 999 });
    });

    const indexes = async () => {
      const rows = await database.query<{ name: string; valid: boolean }>(
        `select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
         where c.relname in ('drops_uncounted', 'payments_created', 'deliveries_ended') order by 1`,
      );
      return rows.map(({ name, valid }) => (valid ? name : `${name}, half built`));
    };

    it('indexes are built once the schema stands; one that was left half built is made anew', async () => {
      await insertDrop(1);
      await insertDrop(2);
      await migrate(database);
      expect(await indexes()).toEqual([]);
      await expect(
        database.execute('create unique index concurrently drops_uncounted on drops (stock)'),
      ).rejects.toMatchObject({ code: '23505' });
      expect(await indexes()).toEqual(['drops_uncounted, half built']);
      expect(await buildIndexes(database)).toBe(true);
      expect(await indexes()).toEqual(['deliveries_ended', 'drops_uncounted', 'payments_created']);
      expect(await buildIndexes(database)).toBe(true);
    });

    it('a later version’s database does without the indexes that it has done away with', async () => {
      await migrate(database);
      await buildIndexes(database);
      await database.execute(
        `drop index payments_created; insert into schema_version (version, name) values (999, 'tomorrow')`,
      );
      expect(await buildIndexes(database)).toBe(true);
      expect(await indexes()).toEqual(['deliveries_ended', 'drops_uncounted']);
    });
  });
}
