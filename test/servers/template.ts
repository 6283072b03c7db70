/** Databases on a test server: one migrated template, and clones of it, which take milliseconds. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { buildIndexes } from '../../src/database/indexes.ts';
import { migrate } from '../../src/database/migrate.ts';

const MAJOR_MIN = 15;
const OBJECT_IN_USE = '55006';
const CREATE_ATTEMPTS_MAX = 50;

/** Makes the template and returns its name. Throws when the server is too old. */
export async function createTemplate(serverUrl: string): Promise<string> {
  const name = newName('template');
  await onServer(serverUrl, async (client) => {
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    const major = Math.floor((rows[0]?.version ?? 0) / 10_000);
    if (major < MAJOR_MIN)
      throw new Error(`PostgreSQL ${MAJOR_MIN} or newer is needed; the server of the tests is ${major}`);
    await client.query(`create database ${name}`);
  });
  const database = new PostgresDatabase({ url: urlOf(serverUrl, name), connectionsMax: 1, ledgerConnectionsMax: 1 });
  try {
    await migrate(database);
    await buildIndexes(database);
  } finally {
    await database.close();
  }
  return name;
}

/** Makes a clone and returns its URL. */
export async function createFromTemplate(serverUrl: string, template: string): Promise<string> {
  const name = newName('test');
  await onServer(serverUrl, async (client) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await client.query(`create database ${name} template ${template}`);
      } catch (error) {
        // The template's last connection is still closing, or another clone is being made.
        if ((error as { code?: string }).code !== OBJECT_IN_USE || attempt === CREATE_ATTEMPTS_MAX) throw error;
        await pause(100);
      }
    }
  });
  return urlOf(serverUrl, name);
}

export async function dropDatabase(serverUrl: string, urlOrName: string): Promise<void> {
  const name = urlOrName.includes('/') ? new URL(urlOrName).pathname.slice(1) : urlOrName;
  await onServer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
}

async function onServer(serverUrl: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function newName(purpose: string): string {
  return `doorbuster_${purpose}_${randomBytes(6).toString('hex')}`;
}

function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
