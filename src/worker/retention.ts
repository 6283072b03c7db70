/** What is forgotten when it is old: oldest first, in batches, so that nobody waits for long. Each folder says what, and after how long. */
import type { Database, Queryable } from '../database/database.ts';
import { passFence } from '../fleet/fences.ts';
import type { Job } from './jobs.ts';

/** Not once a day: a worker that is started anew each day would never come to it. */
const EVERY_MS = 601_000;
const BATCH_MAX = 2_000;
/** Of one round, per statement: some millions a day. */
const BATCHES_MAX = 50;

export interface Retention {
  /** The job's, and its fence's. */
  readonly name: string;
  /** Each removes `$1` rows at most, or sees to as many that are to stay, and answers in one row how many they were: `removed`. */
  readonly forget: readonly string[];
}

/** One batch; whether there may be more. */
async function forgetBatch(transaction: Queryable, statement: string, limit: number): Promise<boolean> {
  const [row] = await transaction.query<{ removed: number }>(statement, [limit]);
  return row?.removed === limit;
}

/** `batchMax` for tests. */
export function retentionJob(database: Database, { name, forget }: Retention, batchMax: number = BATCH_MAX): Job {
  return {
    name,
    everyMs: EVERY_MS,
    async run(fence) {
      for (const statement of forget) {
        let more = true;
        for (let batch = 0; more && batch < BATCHES_MAX; batch += 1) {
          more = await database.transaction(async (transaction) => {
            await passFence(transaction, name, fence);
            return forgetBatch(transaction, statement, batchMax);
          });
        }
      }
    },
  };
}
