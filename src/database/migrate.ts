/**
 * Brings a database to the shape that this version expects: numbered migrations from `db/migrations`, each applied once and checked by its checksum, then
 * the functions that live beside the code that calls them. All in one transaction under an advisory lock, so that gateways which start together don't race.
 *
 * The version before may be in the middle of a sale meanwhile. Whoever asks for a table that a migration waits for waits behind it, so no lock is waited for long: what a migration
 * has locked is given back, and after a pause, in which the sale goes on, it is tried anew. What takes long beside a full table is no migration: indexes.ts builds those.
 *
 * A database that a later version has brought further is left as it is: while versions change, a process of this one may start once more, and must not put its own
 * functions in the place of newer ones.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Postgrator from 'postgrator';
import { type Database, isDatabaseError, type Queryable, SQLSTATE } from './database.ts';

const MIGRATIONS = fileURLToPath(new URL('../../db/migrations/*.sql', import.meta.url));
/** In this order: a function is checked against those that it calls. */
const FUNCTIONS = [
  ...['ledger/standing.sql', 'ledger/claim.sql', 'ledger/claim-queued.sql', 'ledger/offer.sql', 'ledger/release.sql'],
  ...['ledger/settle.sql', 'ledger/wait.sql', 'payments/payment-json.sql', 'payments/begin.sql', 'payments/decide.sql'],
  ...['payments/open.sql', 'notifications/notifications.sql', 'reports/roll-up.sql', 'reports/looks.sql'],
].map((file) => new URL(`../${file}`, import.meta.url));

/** Any number will do, as long as nothing else in the same database locks it: the letters "door". */
const ADVISORY_LOCK = 0x646f6f72;

/** Claims that come meanwhile wait as long, at most. */
const LOCK_WITHIN_MS = 400;
/** Long enough that whatever had queued up is done. */
const PAUSE_MS = 1_500;
const ATTEMPTS_MAX = 30;

/** Throws when a table could not be locked in all these attempts; then nothing has changed. `attemptsMax` for tests. */
export async function migrate(database: Database, attemptsMax = ATTEMPTS_MAX): Promise<void> {
  const functions = await Promise.all(FUNCTIONS.map((file) => readFile(file, 'utf8')));
  await database.transaction(async (transaction) => {
    // A migration may take longer than any statement that people wait for, and so may those who wait for it to end elsewhere.
    await transaction.execute(
      `set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock(${ADVISORY_LOCK})`,
    );
    if (await isOfLaterVersion(transaction)) return;
    await transaction.execute(`set local lock_timeout = ${LOCK_WITHIN_MS}`);
    await persistently(transaction, attemptsMax, async () => {
      await postgratorOver(transaction).migrate();
      for (const script of functions) await transaction.execute(script);
    });
  });
}

/** Whether a later version than this one has migrated the database. */
export async function isOfLaterVersion(database: Queryable): Promise<boolean> {
  const postgrator = postgratorOver(database);
  return (await postgrator.getDatabaseVersion()) > (await postgrator.getMaxVersion());
}

function postgratorOver(database: Queryable): Postgrator {
  return new Postgrator({
    driver: 'pg',
    migrationPattern: MIGRATIONS,
    schemaTable: 'schema_version',
    execQuery: async (text) => ({ rows: await database.query(text) }),
    execSqlScript: (script) => database.execute(script),
  });
}

/** A savepoint gives back what was locked since; the advisory lock stays, so that of many who start together only one tries. */
async function persistently(transaction: Queryable, attemptsMax: number, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await transaction.execute('savepoint attempt');
    try {
      return await work();
    } catch (error) {
      if (!isInTheWay(error)) throw error;
      if (attempt === attemptsMax) {
        const detail =
          'Look for transactions that are open for long (pg_stat_activity, by xact_start), and start again';
        throw new Error(`The database is in use, and could not be migrated; nothing has changed. ${detail}`, {
          cause: error,
        });
      }
      await transaction.execute('rollback to savepoint attempt');
      await pause(PAUSE_MS);
    }
  }
}

function isInTheWay(error: unknown): boolean {
  return isDatabaseError(error, SQLSTATE.lockNotAvailable) || isDatabaseError(error, SQLSTATE.deadlockDetected);
}
