/**
 * What is forgotten, and when: messages after a week, notifications and the log of their deliveries after 90 days, who followed a drop 30 days after it is over, password
 * resets a day after they have expired.
 * Oldest first, in batches, so that nobody waits for long. And, more often, how many deliveries wait, for the metrics.
 */
import type { Database, Queryable } from '../database/database.ts';
import { passFence } from '../fleet/fences.ts';
import type { Job } from '../worker/jobs.ts';
import type { NotificationFigures } from './figures.ts';
import { waitingDeliveries } from './outbox.ts';

const NAME = 'notifications-retention';
/** Not once a day: a worker that is started anew each day would never come to it. */
const EVERY_MS = 601_000;
const BATCH_MAX = 2_000;
/** Of one round, per table: some million a day. */
const BATCHES_MAX = 20;

/** From the lowest number up: a reader whose cursor is lower than `forgotten` knows that it has missed something. The head last: everybody who writes messages waits for it. */
const FORGET_MESSAGES = `
  with lowest as materialized (
    select number, at < now() - interval '7 days' as old from messages order by number limit $1
  ), bound as (
    select max(number) as number from lowest
    where old and number < coalesce((select min(number) from lowest where not old), 9223372036854775807)
  ), removed as (
    delete from messages where number <= (select number from bound) returning 1
  ), head as (
    update message_head set forgotten = bound.number from bound, (select count(*) from removed) r where bound.number is not null
  )
  select count(*)::int as removed from removed`;

/** In the order of their ids, which is that of their age, so that only what goes is read. */
const forgetOld = (table: string, old: string): string => `
  with lowest as materialized (select id, ${old} as old from ${table} order by id limit $1),
  removed as (delete from ${table} where id in (select id from lowest where old) returning 1)
  select count(*)::int as removed from removed`;

const FORGET = [
  FORGET_MESSAGES,
  forgetOld('notifications', `greatest(created_at, due_at) < now() - interval '90 days'`),
  forgetOld('deliveries', `created_at < now() - interval '90 days'`),
  forgetOld('announcements', `state <> 'scheduled' and due_at < now() - interval '90 days'`),
  // Of drops that are over for a while: they bring no news, and count among those that one may follow.
  `with removed as (
     delete from interests where (drop_id, user_id) in (
       select i.drop_id, i.user_id from drops d join interests i on i.drop_id = d.id
       where least(d.cancelled_at, d.closes_at) < now() - interval '30 days' limit $1)
     returning 1)
   select count(*)::int as removed from removed`,
  `with removed as (delete from password_resets where expires_at < now() - interval '1 day' returning 1)
   select count(*)::int as removed from removed where $1::int > 0`,
];

/** One batch of each; whether there may be more of one. */
export async function forgetBatch(transaction: Queryable, statement: string, limit: number): Promise<boolean> {
  const [row] = await transaction.query<{ removed: number }>(statement, [limit]);
  return row?.removed === limit;
}

/** `batchMax` for tests. */
export function retentionJob(database: Database, batchMax: number = BATCH_MAX): Job {
  return {
    name: NAME,
    everyMs: EVERY_MS,
    async run(fence) {
      for (const statement of FORGET) {
        let more = true;
        for (let batch = 0; more && batch < BATCHES_MAX; batch += 1) {
          more = await database.transaction(async (transaction) => {
            await passFence(transaction, NAME, fence);
            return forgetBatch(transaction, statement, batchMax);
          });
        }
      }
    },
  };
}

const COUNT_EVERY_MS = 5_003;

/** Reads only, so it needs no fence. */
export function waitingJob(database: Database, figures: Pick<NotificationFigures, 'waiting'>): Job {
  return {
    name: 'deliveries-waiting',
    everyMs: COUNT_EVERY_MS,
    async run() {
      figures.waiting(await waitingDeliveries(database));
    },
    lost() {
      figures.waiting(new Map());
    },
  };
}
