/**
 * Brings a database to the shape that this version expects: numbered migrations from `db/migrations`, each applied once and checked by its checksum, then
 * the functions that live beside the code that calls them. All in one transaction under an advisory lock, so that gateways which start together don't race.
 *
 * A database that a later version has brought further is left as it is: while versions change, a process of this one may start once more, and must not put its own
 * functions in the place of newer ones.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Postgrator from 'postgrator';
import type { Database } from './database.ts';

const MIGRATIONS = fileURLToPath(new URL('../../db/migrations/*.sql', import.meta.url));
/** In this order: a function is checked against those that it calls. */
const FUNCTIONS = [
  ...['ledger/standing.sql', 'ledger/claim.sql', 'ledger/claim-queued.sql', 'ledger/offer.sql', 'ledger/release.sql'],
  ...['ledger/settle.sql', 'ledger/wait.sql', 'payments/payment-json.sql', 'payments/begin.sql', 'payments/decide.sql'],
  ...['payments/open.sql', 'notifications/notifications.sql', 'reports/roll-up.sql', 'reports/looks.sql'],
].map((file) => new URL(`../${file}`, import.meta.url));

/** Any number will do, as long as nothing else in the same database locks it: the letters "door". */
const ADVISORY_LOCK = 0x646f6f72;

export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    // A migration may take longer than any statement that people wait for, and so may those who wait for it.
    await transaction.execute(
      `set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock(${ADVISORY_LOCK})`,
    );
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: MIGRATIONS,
      schemaTable: 'schema_version',
      execQuery: async (text) => ({ rows: await transaction.query(text) }),
      execSqlScript: (script) => transaction.execute(script),
    });
    if ((await postgrator.getDatabaseVersion()) > (await postgrator.getMaxVersion())) return;
    await postgrator.migrate();
    for (const file of FUNCTIONS) await transaction.execute(await readFile(file, 'utf8'));
  });
}
