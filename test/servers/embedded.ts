/**
 * Embedded databases in memory, migrated. The global set-up of the integration tests makes one, and each of theirs begins as a copy of it: making one takes three seconds of a
 * processor, and there are dozens. Other tests make their own.
 */
import { writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { inject } from 'vitest';
import { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import type { Database, Queryable } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';

export async function openEmbedded(): Promise<PgliteDatabase> {
  const image = inject('embeddedImage');
  const database = await PgliteDatabase.open(null, image);
  if (image === undefined) await migrate(database);
  return database;
}

/** Writes what the others begin with. */
export async function writeEmbeddedImage(path: string): Promise<void> {
  const pglite = await PGlite.create();
  const queryable = {
    query: async (text: string, parameters?: readonly unknown[]) =>
      (await pglite.query(text, [...(parameters ?? [])])).rows,
    execute: async (script: string) => void (await pglite.exec(script)),
  } as Queryable;
  const transaction = async (work: (transaction: Queryable) => Promise<unknown>) => {
    await queryable.execute('begin');
    await work(queryable);
    await queryable.execute('commit');
  };
  await migrate({ ...queryable, transaction } as Database);
  const image = await pglite.dumpDataDir('none');
  await writeFile(path, image.stream());
  await pglite.close();
}
