/**
 * What is forgotten, and when: messages after a week, notifications and the log of their deliveries after 90 days, who followed a drop 30 days after it is over, password
 * resets a day after they have expired.
 * And, more often, how many deliveries wait, for the metrics.
 */
import type { Database } from '../database/database.ts';
import type { Job } from '../worker/jobs.ts';
import type { Retention } from '../worker/retention.ts';
import type { NotificationFigures } from './figures.ts';
import { waitingDeliveries } from './outbox.ts';

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
    update message_head set forgotten = greatest(forgotten, bound.number) from bound, (select count(*) from removed) r where bound.number is not null
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

export const NOTIFICATIONS_RETENTION: Retention = { name: 'notifications-retention', forget: FORGET };

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
