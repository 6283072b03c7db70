/** PostgreSQL, Redis and Kafka as the fleet of the benchmarks uses them: commits are durable; Redis and Kafka are set as they come. */
import pg from 'pg';
import { startKafka } from '../../ops/servers/kafka.ts';
import type { LocalServer, ServerOptions } from '../../ops/servers/local-server.ts';
import { startPostgres } from '../../ops/servers/postgres.ts';
import { startRedis } from '../../ops/servers/redis.ts';

export interface Servers {
  readonly postgres: LocalServer;
  readonly redis: LocalServer;
  /** Undefined where it was not asked for. */
  readonly kafka: LocalServer | undefined;
  stop(): Promise<void>;
}

export interface WantedServers {
  readonly kafka: boolean;
  readonly redisSettings?: Readonly<Record<string, string>>;
}

const CONNECTIONS_MAX = '400';

/** Throws where one of them cannot be had. */
export async function startServers({ kafka: wantsKafka, redisSettings = {} }: WantedServers): Promise<Servers> {
  const redisOptions: ServerOptions = { durable: false, settings: redisSettings };
  const starting = await Promise.allSettled([
    startPostgres({ durable: true, settings: { max_connections: CONNECTIONS_MAX } }),
    startRedis(redisOptions),
    wantsKafka ? startKafka({ durable: false }) : undefined,
  ]);
  const [postgres, redis, kafka] = starting.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  const stop = async (): Promise<void> => {
    await Promise.allSettled([postgres?.stop(), redis?.stop(), kafka?.stop()]);
  };
  const failed = starting.find((each) => each.status === 'rejected');
  if (failed === undefined && postgres && redis && (kafka || !wantsKafka)) return { postgres, redis, kafka, stop };
  await stop();
  throw failed?.reason ?? new Error('this needs PostgreSQL, Redis and Kafka: install them, or Docker');
}

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
