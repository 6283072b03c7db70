/** That telling and sending cost the same, however much there is besides, with the plans that PostgreSQL makes when it has never heard of it. A database of its own: what else it holds changes them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Queryable } from '../../src/database/database.ts';
import { deliveriesBy } from '../../src/notifications/delivery-log.ts';
import { FakeChannel, NotificationWorld } from '../contracts/notification-world.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { rowsRead } from './rows-read.ts';

const [BESIDES, DUE] = [20_000, 500];
const TABLES = [
  'notifications',
  'deliveries',
  'notification_settings',
  'interests',
  'announcements',
  'accounts',
  'messages',
  'drops',
];

describe.skipIf(!hasPostgres)('the plans of notifications', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  let world: NotificationWorld;
  beforeAll(async () => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 1, ledgerConnectionsMax: 1 });
    world = new NotificationWorld(database);
    // What the planner knows: that there is next to nothing.
    await database.execute(`
      ${TABLES.map((table) => `alter table ${table} set (autovacuum_enabled = false)`).join(';')};
      analyze ${TABLES.join(', ')};
      insert into accounts (username, email, password_hash) select 'planned-' || n, 'planned-' || n || '@example.com', '!' from generate_series(1, ${BESIDES}) n;
      insert into notification_settings (user_id, language) select id, 'en' from accounts;
      insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock) select 1 + n % 40, n, true, true, true from generate_series(1, ${BESIDES}) n;
      insert into notifications (user_id, due_at, state, type, dedupe_key, data, told_at, in_app)
      select n, now() + interval '1 day', case n % 2 when 0 then 'told' else 'scheduled' end, 'back_in_stock', 'besides', '{"dropId":"7","title":"A kettle","remaining":1}', now(), n % 2 = 0
      from generate_series(1, ${BESIDES}) n;
      insert into deliveries (notification_id, user_id, due_at, channel, state, type)
      select n, n, now() + interval '1 day', 'email', case n % 2 when 0 then 'sent' else 'pending' end, 'back_in_stock' from generate_series(1, ${BESIDES}) n;
      insert into notifications (user_id, due_at, state, type, dedupe_key, data)
      select n, now() - interval '1 minute', 'scheduled', 'back_in_stock', 'due', '{"dropId":"7","title":"A kettle","remaining":1}' from generate_series(1, ${DUE}) n;
      insert into drops (kind, title, stock, per_user_limit, opens_at, discount_percent, valid_for_days)
      select 'coupon', 'A kettle', 10, 1, now(), 5, 3 from generate_series(1, ${BESIDES});
      insert into announcements (drop_id, due_at, state, type, dedupe_key, data)
      values (8, now() - interval '1 minute', 'scheduled', 'back_in_stock', 'gone', '{"dropId":"8","title":"A kettle","remaining":1}')`);
  });
  afterAll(() => database.close());

  async function costOf(work: () => Promise<unknown>): Promise<number> {
    const before = await rowsRead(database, TABLES);
    await work();
    return (await rowsRead(database, TABLES)) - before;
  }

  it('read what is due and whom it concerns, and nothing besides', async () => {
    // Due themselves, with the followers of one drop: some rows each, of which none is looked at twenty thousand times.
    const told = await costOf(() => world.due());
    expect(world.announced).toHaveLength(2 * DUE);
    expect(told).toBeLessThan(4 * 2 * DUE);
    expect(await costOf(() => world.due())).toBeLessThan(10);
    const channel = new FakeChannel();
    const sent = await costOf(() => world.send(channel));
    expect(channel.letters).toHaveLength(2 * DUE);
    expect(sent).toBeLessThan(8 * 2 * DUE);
    expect(await costOf(() => world.send(channel))).toBeLessThan(10);
  });

  it('read no more of the log of deliveries in one statement than a window of it, however rare is what is asked for', async () => {
    // The log of many days has been looked at by the planner, too.
    await database.query('analyze deliveries');
    const costs: number[] = [];
    const measured = {
      async query(text: string, parameters?: readonly unknown[]) {
        let answer: unknown[] = [];
        costs.push(await costOf(async () => (answer = await database.query(text, parameters))));
        return answer;
      },
    } as Queryable;
    for (const filter of [
      { type: 'signed_up' },
      { channel: 'discord' },
      { state: 'failed' },
      { userId: '20000' },
    ] as const) {
      let after: string | null = null;
      do {
        const { deliveries, next } = await deliveriesBy(measured, { ...filter, limit: 20, ...(after && { after }) });
        expect(deliveries).toHaveLength('userId' in filter ? 1 : 0);
        after = next;
      } while (after !== null);
    }
    expect(costs.length).toBeGreaterThan(8);
    expect(costs.filter((rows) => rows > 5_000)).toEqual([]);
  });
});
