/** What statements cost whatever the machine is doing: rows. */
import type { Queryable } from '../../src/database/database.ts';

/** Rows of these tables that have been read so far. Of one connection: PostgreSQL's figures are those of sessions that have told theirs. */
export async function rowsRead(database: Queryable, tables: readonly string[]): Promise<number> {
  await database.query('select pg_stat_force_next_flush()');
  const [row] = await database.query<{ read: string }>(
    `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) as read from pg_stat_user_tables where relname = any($1)`,
    [tables],
  );
  return Number(row?.read);
}
