/** The connections of a baseline to PostgreSQL. */
import pg from 'pg';

/** The default of pg. More of them only wait for the same row: with 20 and 40 the line before it moved slower. */
const CONNECTIONS_MAX = 10;

/** Whatever falls silent, no claim hangs for ever. */
const TIME_LIMITS = {
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  query_timeout: 20_000,
  statement_timeout: 15_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 15_000,
} as const;

export function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS_MAX, ...TIME_LIMITS });
  // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

/** Commits what `work` did, or nothing of it. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    try {
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    }
  } finally {
    client.off('error', onError);
    // A connection that is broken goes out of the pool.
    client.release(broken);
  }
}
