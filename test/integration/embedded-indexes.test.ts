/** The embedded database builds its indexes before it serves, or serves without. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { createApp } from '../../src/app.ts';
import { readSettings } from '../../src/config/settings.ts';
import type { Database } from '../../src/database/database.ts';

const JWT_SECRET = 'a secret of at least thirty-two characters';
const settings = readSettings({ PORT: '0', HOST: '127.0.0.1', JWT_SECRET });

/** Starts with what is made of the database, asks once, and ends. What it warned of, and the looks at indexes. */
async function start(change: Partial<Database> = {}) {
  const warnings: string[] = [];
  let looks = 0;
  const given: Database = {
    query: (text, parameters) => {
      if (text.includes('pg_index')) looks += 1;
      return database.query(text, parameters);
    },
    execute: (script) => database.execute(script),
    transaction: (work) => database.transaction(work),
    session: (work) => database.session(work),
    expressLane: database.expressLane,
    close: async () => {},
    ...change,
  };
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).msg) });
  const app = await createApp(settings, logger, given);
  const port = await app.listen();
  const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
  await app.close();
  return { status, looks, warnings: warnings.filter((warning) => warning.includes('index')) };
}

const built = async (): Promise<boolean> => {
  const rows = await database.query(`select from pg_class where relname = 'payments_created'`);
  return rows.length === 1;
};

let database: PgliteDatabase;
beforeAll(async () => {
  database = await PgliteDatabase.open(null);
});
afterAll(() => database.close());

it('a start whose indexes cannot be built serves, and the next one builds them', async () => {
  const full = () => Promise.reject(new Error('no space left on device'));
  expect(await start({ session: full })).toEqual({
    ...{ status: 200, looks: 1 },
    warnings: ['an index is not built yet: until it is, some lists and figures are slow'],
  });
  expect(await built()).toBe(false);
  expect(await start()).toEqual({ status: 200, looks: 1, warnings: [] });
  expect(await built()).toBe(true);
});
