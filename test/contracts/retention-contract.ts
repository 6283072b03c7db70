/** What is forgotten, and what is not. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { raiseFence } from '../../src/fleet/fences.ts';
import { NOTIFICATIONS_RETENTION } from '../../src/notifications/retention.ts';
import { putMessages } from '../../src/realtime/inbox.ts';
import { retentionJob } from '../../src/worker/retention.ts';

const JOB = NOTIFICATIONS_RETENTION.name;

export function retentionContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: retention on ${adapter}`, () => {
    let database: Database;
    beforeAll(() => {
      database = databaseOf();
    });

    async function run(batchMax: number): Promise<void> {
      await retentionJob(database, NOTIFICATIONS_RETENTION, batchMax).run(await raiseFence(database, JOB));
    }

    it('forgets messages from the lowest number up, and says how far', async () => {
      await database.query('delete from messages');
      const numbered = await putMessages(
        database,
        Array.from({ length: 25 }, (_, n) => ({ userId: String(n), body: '{}' })),
      );
      const first = numbered[0]?.[0] ?? 0;
      // One that is older than those before it: it waits for them.
      await database.query(
        `update messages set at = now() - interval '8 days' where number < $1 + 12 or number = $1 + 20`,
        [first],
      );
      await run(5);
      const [state] = await database.query<{ lowest: string; forgotten: string; count: number }>(
        'select min(number) as lowest, (select forgotten from message_head), count(*)::int as count from messages',
      );
      expect(state).toEqual({ lowest: String(first + 12), forgotten: String(first + 11), count: 13 });
      await run(5);
      expect(await database.query('select forgotten from message_head')).toEqual([{ forgotten: String(first + 11) }]);
    });

    it('forgets nothing, and does not move, when nothing is old; and all when everything is', async () => {
      const read = () => database.query('select number, forgotten from message_head');
      const before = await read();
      await run(5);
      expect(await read()).toEqual(before);
      await database.query(`update messages set at = now() - interval '8 days'`);
      await run(5);
      expect(await database.query('select from messages')).toEqual([]);
      const [head] = await database.query<{ number: string; forgotten: string }>('select * from message_head');
      expect(head?.forgotten).toBe(head?.number);
    });

    it('does not know again what was declared forgotten', async () => {
      const [message] = await putMessages(database, [{ userId: '7', body: '{}' }]);
      const number = (message?.[0] ?? 0) + 1_000;
      await database.query('update message_head set number = $1, forgotten = $1', [number]);
      await database.query(`update messages set at = now() - interval '8 days'`);
      await run(5);
      expect(await database.query('select from messages')).toEqual([]);
      expect(await database.query('select forgotten from message_head')).toEqual([{ forgotten: String(number) }]);
    });

    it('forgets notifications, deliveries and password resets when they are old enough', async () => {
      await database.execute(`
        delete from notifications; delete from deliveries; delete from password_resets; delete from accounts;
        insert into accounts (username, email, password_hash) values ('keeper', 'keeper@example.com', '!');
        insert into notifications (user_id, created_at, due_at, state, type, dedupe_key, data) values
          (1, now() - interval '91 days', now() - interval '91 days', 'told', 'sold_out', 'old', '{}'),
          (1, now() - interval '91 days', now() + interval '1 day', 'scheduled', 'sold_out', 'to come', '{}'),
          (1, now() - interval '89 days', now() - interval '89 days', 'told', 'sold_out', 'young', '{}');
        insert into deliveries (notification_id, user_id, created_at, due_at, channel, state, type) values
          (1, 1, now() - interval '91 days', now(), 'email', 'sent', 'sold_out'), (2, 1, now() - interval '89 days', now(), 'email', 'sent', 'sold_out');
        insert into password_resets (id, account_id, expires_at) select 'old', id, now() - interval '2 days' from accounts;
        insert into password_resets (id, account_id, expires_at) select 'young', id, now() - interval '2 hours' from accounts`);
      await run(100);
      expect(await database.query('select dedupe_key from notifications order by id')).toEqual([
        { dedupe_key: 'to come' },
        { dedupe_key: 'young' },
      ]);
      expect(await database.query('select notification_id::int from deliveries')).toEqual([{ notification_id: 2 }]);
      expect(await database.query('select id from password_resets')).toEqual([{ id: 'young' }]);
    });

    it('forgets who followed drops that are long over', async () => {
      await database.execute(`
        delete from interests;
        insert into drops (kind, title, stock, per_user_limit, opens_at, closes_at, cancelled_at, discount_percent, valid_for_days)
        select 'coupon', title, 1, 1, now() - interval '90 days', closes_at, cancelled_at, 10, 30
        from (values ('over', now() - interval '31 days', null), ('cancelled', null, now() - interval '31 days'),
                     ('just over', now() - interval '29 days', null), ('open', null::timestamptz, null::timestamptz)) d (title, closes_at, cancelled_at);
        insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock)
        select id, n, true, true, true from drops, generate_series(1, 3) n where title in ('over', 'cancelled', 'just over', 'open')`);
      await run(2);
      const left = await database.query(
        'select title, count(*)::int as followers from interests join drops on id = drop_id group by 1 order by 1',
      );
      expect(left).toEqual([
        { title: 'just over', followers: 3 },
        { title: 'open', followers: 3 },
      ]);
    });

    it('is done by who has the fence', async () => {
      const fence = await raiseFence(database, JOB);
      await raiseFence(database, JOB);
      await expect(retentionJob(database, NOTIFICATIONS_RETENTION).run(fence)).rejects.toThrow('no longer the latest');
    });
  });
}
