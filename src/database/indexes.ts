/**
 * The indexes of `db/indexes.sql`, on tables that may be full. PostgreSQL builds them `concurrently`: it takes longer, and whoever reads or writes meanwhile does not notice. That cannot be
 * part of a transaction, so it is done after the migrations, on a connection of its own.
 *
 * A server does not wait for them: it is needed for the sale, and what has no index yet is slow, not wrong. It sees to them beside its work until all are there. The command `migrate`
 * waits. So does a server with the embedded database, which can do one thing at a time: it tries once, before anybody comes, and again when it starts the next time. Beside a sale, a build that
 * fails again and again would hold up everybody each time.
 *
 * Of many processes one builds, which holds an advisory lock; the others look again later. That lock is never waited for in a statement: what waits has begun, and an index waits for all
 * that had begun before it. It waits for others' long transactions, too, but not for ever. One that is broken off, by a crash or by that limit, is left behind invalid: nobody can read by
 * it, and everybody has to write to it. The next attempt takes it away and begins anew.
 *
 * As migrate.ts does, a later version's database is left alone.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Queryable } from './database.ts';
import { isOfLaterVersion } from './migrate.ts';

const INDEXES = new URL('../../db/indexes.sql', import.meta.url);
const STATEMENT = /^create index concurrently if not exists (?<name>\w+) [^;]+/gm;

/** As in migrate.ts; the letters "indx". */
const ADVISORY_LOCK = 0x696e6478;
const AGAIN_AFTER_MS = 60_000;

interface Index {
  readonly name: string;
  readonly statement: string;
}

/** Builds those that are missing. False when another process is at it, and may not be done. Throws when one could not be built; those before it stand. */
export async function buildIndexes(database: Database): Promise<boolean> {
  if ((await unusable(database)).length === 0) return true;
  return database.session(async (session) => {
    const [lock] = await session.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [ADVISORY_LOCK]);
    if (!lock?.mine) return false;
    for (const { name, statement } of await unusable(session)) {
      await session.execute(`drop index concurrently if exists ${name}`);
      await session.execute(statement);
    }
    return true;
  });
}

interface Logger {
  info(words: string): void;
  warn(details: object, words: string): void;
}

const NOT_BUILT = 'an index is not built yet: until it is, some lists and figures are slow';

/** Builds what is missing, once. One that cannot be built must not keep a server from its start: it can sell without. */
export async function tryIndexes(database: Database, logger: Logger): Promise<void> {
  try {
    await buildIndexes(database);
  } catch (error) {
    logger.warn({ err: error }, NOT_BUILT);
  }
}

/** Beside everything else: builds what is missing, and tries again until nothing is. Returns what makes it stop. */
export function keepIndexes(database: Database, logger: Logger): () => void {
  const stop = new AbortController();
  void (async () => {
    while (!stop.signal.aborted) {
      try {
        if (await buildIndexes(database)) return;
        logger.info('another process builds indexes');
      } catch (error) {
        if (stop.signal.aborted) return;
        logger.warn({ err: error }, NOT_BUILT);
      }
      await pause(AGAIN_AFTER_MS, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  })();
  return () => stop.abort();
}

/** Those that there are not, and those that a crash has left half built. */
async function unusable(database: Queryable): Promise<Index[]> {
  const indexes = [...(await readFile(INDEXES, 'utf8')).matchAll(STATEMENT)].map(
    ([statement, name = '']): Index => ({ name, statement }),
  );
  const usable = await database.query<{ name: string }>(
    `select n as name from unnest($1::text[]) n where exists (select from pg_index where indexrelid = to_regclass(n) and indisvalid)`,
    [indexes.map(({ name }) => name)],
  );
  const missing = indexes.filter(({ name }) => !usable.some((each) => each.name === name));
  return missing.length > 0 && (await isOfLaterVersion(database)) ? [] : missing;
}
