/** The worker's part in the reports: what has ended is rolled up, what is old is forgotten. */
import type { Database } from '../database/database.ts';
import type { Job, SharedJob } from '../worker/jobs.ts';
import { type Retention, retentionJob } from '../worker/retention.ts';
import { countEndsJob } from './count-ends.ts';

const ROLL_UP_EVERY_MS = 4_999;
const ROWS_PER_STATEMENT = 2_000;
/** Of one round; the rest is for the next one. */
const STATEMENTS_MAX = 50;

/** Drop by drop, along the one index that the table has: another one would be written with every second of every sale. */
const FORGET_SECONDS = `
  with recursive sold (id) as (
    select min(drop_id) from sale_seconds
    union all
    select (select min(drop_id) from sale_seconds where drop_id > id) from sold where id is not null
  ), old as materialized (
    select at from sold
    cross join lateral (select ctid as at from sale_seconds where drop_id = id and second < now() - interval '1 day' order by second limit $1) seconds
    limit $1
  ), removed as (delete from sale_seconds where ctid = any(array(select at from old)) returning 1)
  select count(*)::int as removed from removed`;

/** Longer than anybody can ask for (90 days), and so that a sale can be held against that of last year. */
const QUARTERS_KEPT_DAYS = 400;
const forgetQuarters = (table: string): string => `
  with removed as (
    delete from ${table} where ctid = any(array(select ctid from ${table} where quarter < now() - interval '${QUARTERS_KEPT_DAYS} days' limit $1)) returning 1)
  select count(*)::int as removed from removed`;

export const REPORTS_RETENTION: Retention = {
  name: 'reports-retention',
  forget: [
    FORGET_SECONDS,
    `with removed as (delete from processes where seen_at < now() - interval '1 day' returning 1)
     select count(*)::int as removed from removed where $1::int > 0`,
    ...['sale_quarters', 'delivery_quarters', 'payment_quarters'].map(forgetQuarters),
  ],
};

/** Most rounds find nothing, and write nothing: so it needs no lease, and of two workers who find the same one does it. */
export function rollUpJob(database: Database, rowsPerStatement: number = ROWS_PER_STATEMENT): SharedJob {
  const rollUps = [
    ['select roll_up_deliveries($1) as rows', [rowsPerStatement]],
    [`select roll_up_payments('succeeded', $1) as rows`, [rowsPerStatement]],
    [`select roll_up_payments('refunded', $1) as rows`, [rowsPerStatement]],
  ] as const;
  return {
    name: 'roll-up',
    everyMs: ROLL_UP_EVERY_MS,
    shared: true,
    async run(stopping) {
      for (const [statement, parameters] of rollUps) {
        for (let round = 0; round < STATEMENTS_MAX && !stopping?.aborted; round += 1) {
          const [row] = await database.query<{ rows: number }>(statement, parameters);
          if (row?.rows !== rowsPerStatement) break;
        }
      }
    },
  };
}

export function reportJobs(database: Database): readonly (Job | SharedJob)[] {
  return [rollUpJob(database), countEndsJob(database), retentionJob(database, REPORTS_RETENTION)];
}
