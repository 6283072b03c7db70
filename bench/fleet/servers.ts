/** PostgreSQL, Redis and Kafka as the fleet of the benchmarks uses them, and databases on it. */
import pg from 'pg';
import type { WantedServers } from '../../ops/servers/all.ts';
import type { LocalServer } from '../../ops/servers/local-server.ts';

/** Commits are durable; Redis and Kafka are set as they come. */
export const BENCH_SERVERS: WantedServers = {
  postgres: { durable: true, settings: { max_connections: '400' } },
  redis: { durable: false },
  kafka: { durable: false },
};

/** Runs one statement as the superuser, and returns its rows. */
export async function askPostgres<Row extends object>(
  databaseUrl: string,
  statement: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(statement, [...parameters])).rows;
  } finally {
    await client.end();
  }
}

/** A database of its own on the same server; returns its URL. */
export async function createDatabase(postgres: LocalServer, name: string): Promise<string> {
  await askPostgres(postgres.url, `create database ${name}`);
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}
