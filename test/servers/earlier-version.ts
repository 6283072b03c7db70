/** Databases as an earlier version has left them. */
import { fileURLToPath } from 'node:url';
import Postgrator from 'postgrator';
import type { Database } from '../../src/database/database.ts';

const MIGRATIONS = fileURLToPath(new URL('../../db/migrations/*.sql', import.meta.url));

/** Of an empty database: the first so many migrations. */
export async function migrateTo(version: number, database: Database): Promise<void> {
  await database.transaction((transaction) =>
    new Postgrator({
      driver: 'pg',
      migrationPattern: MIGRATIONS,
      schemaTable: 'schema_version',
      execQuery: async (text) => ({ rows: await transaction.query(text) }),
      execSqlScript: (script) => transaction.execute(script),
    }).migrate(String(version)),
  );
}
