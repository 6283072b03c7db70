/**
 * A fresh, migrated PostgreSQL database for a test file, cloned from the template that the global set-up made, and dropped afterwards.
 *
 *     describe.skipIf(!hasPostgres)('contract: ledger on postgres', () => {
 *       const database = useFreshDatabase();
 *       it('…', () => { connect(database.url) });
 *     });
 */
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { createFromTemplate, dropDatabase } from './template.ts';

/** False on a developer's machine without PostgreSQL: tests that need it are skipped, and the set-up has said so. In CI it is never false. */
export const hasPostgres = inject('postgresUrl') !== undefined;

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Throws where there is no PostgreSQL. */
export async function createFreshDatabase(): Promise<FreshDatabase> {
  const serverUrl = inject('postgresUrl');
  const template = inject('postgresTemplate');
  if (!serverUrl || !template) throw new Error('there is no PostgreSQL here: skip this test unless `hasPostgres`');
  const url = await createFromTemplate(serverUrl, template);
  return { url, drop: () => dropDatabase(serverUrl, url) };
}

/** For a `describe` block: the database exists before its tests and is gone after them. A test that leaves a connection open fails here. */
export function useFreshDatabase(): { readonly url: string } {
  let database: FreshDatabase | undefined;
  beforeAll(async () => {
    database = await createFreshDatabase();
  });
  afterAll(async () => {
    if (!database) return;
    const left = await connectionsTo(database.url);
    await database.drop();
    if (left > 0) throw new Error(`${left} connections to the database were left open`);
  });
  return {
    get url(): string {
      if (!database) throw new Error('the database exists from `beforeAll` on');
      return database.url;
    },
  };
}

async function connectionsTo(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const others = `select count(*)::int as count from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    // A connection that was just closed takes a moment to go.
    for (let attempt = 1; ; attempt += 1) {
      const { rows } = await client.query<{ count: number }>(others);
      const count = rows[0]?.count ?? 0;
      if (count === 0 || attempt === 20) return count;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await client.end();
  }
}
