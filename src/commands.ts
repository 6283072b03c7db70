/** The commands that do one thing and stop. */
import { pino } from 'pino';
import { type AdministratorInput, createAdministrator } from './accounts/first-administrator.ts';
import { PgliteDatabase } from './adapters/pglite-database.ts';
import { createApp, openDatabase } from './app.ts';
import { readSettings } from './config/settings.ts';
import type { Database } from './database/database.ts';
import { buildIndexes } from './database/indexes.ts';
import { migrate } from './database/migrate.ts';

type Environment = Readonly<Record<string, string | undefined>>;

async function withDatabase(environment: Environment, work: (database: Database) => Promise<void>): Promise<number> {
  const database = await openDatabase(readSettings(environment));
  try {
    await migrate(database);
    await work(database);
    return 0;
  } finally {
    await database.close();
  }
}

export function migrateCommand(environment: Environment): Promise<number> {
  return withDatabase(environment, async (database) => {
    if (await buildIndexes(database)) return;
    process.stdout.write('Another process builds indexes, beside the sale. Nothing has to wait for them.\n');
  });
}

export function createAdministratorCommand(environment: Environment, input: AdministratorInput): Promise<number> {
  return withDatabase(environment, async (database) => {
    const generated = await createAdministrator(database, input);
    process.stdout.write(`Administrator ${input.username} made.${generated ? ` Password: ${generated}` : ''}\n`);
  });
}

/** The document depends on no setting and no data: an empty database in memory serves. */
export async function openApiCommand(): Promise<number> {
  const settings = readSettings({ JWT_SECRET: 'only to describe the API, never to sign', LOG_LEVEL: 'silent' });
  const database = await PgliteDatabase.open(null);
  try {
    const app = await createApp(settings, pino({ level: 'silent' }), database);
    await app.server.ready();
    process.stdout.write(`${JSON.stringify(app.server.swagger(), null, 2)}\n`);
    await app.close();
    return 0;
  } finally {
    await database.close();
  }
}
