/** The same benchmark on a durable PostgreSQL of its own and on the embedded database. */
import { startPostgres } from '../ops/servers/postgres.ts';
import type { Figure } from './figure.ts';

export type DatabaseName = 'PostgreSQL' | 'PGlite';

/** `environment`: that the server needs to use this database. */
export async function onBothDatabases(
  figuresOn: (name: DatabaseName, environment: Record<string, string>) => Promise<Figure[]>,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  const postgres = await startPostgres({ durable: true });
  if (postgres) {
    try {
      figures.push(...(await figuresOn('PostgreSQL', { DATABASE_URL: postgres.url })));
    } finally {
      await postgres.stop();
    }
  } else process.stderr.write('No PostgreSQL 15 or newer on this machine: only PGlite is measured.\n');
  return [...figures, ...(await figuresOn('PGlite', {}))];
}
