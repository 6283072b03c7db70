/**
 * Servers to work with: the one that the environment names (TEST_DATABASE_URL, TEST_REDIS_URL, TEST_KAFKA_BROKERS), or one of our own, in Docker or on this machine.
 * Undefined where there is neither. Who wants to stop or kill a server starts one with startPostgres, startRedis, startKafka.
 */
import { type KafkaOptions, startKafka } from './kafka.ts';
import type { ServerOptions } from './local-server.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

export interface FoundServer {
  readonly url: string;
  /** Ends it if it is ours. */
  stop(): Promise<void>;
}

export function findPostgresServer(options: ServerOptions): Promise<FoundServer | undefined> {
  return find('TEST_DATABASE_URL', () => startPostgres(options));
}

export function findRedisServer(options: ServerOptions): Promise<FoundServer | undefined> {
  return find('TEST_REDIS_URL', () => startRedis(options));
}

/** Its `url` is a list of brokers: `host:port,host:port`. */
export function findKafkaServer(options: KafkaOptions): Promise<FoundServer | undefined> {
  return find('TEST_KAFKA_BROKERS', () => startKafka(options));
}

async function find(variable: string, start: () => Promise<FoundServer | undefined>): Promise<FoundServer | undefined> {
  const url = process.env[variable];
  return url ? { url, stop: async () => {} } : start();
}
