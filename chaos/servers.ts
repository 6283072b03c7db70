/** PostgreSQL, Redis and Kafka for the fleet, as real processes that can be stopped, killed and frozen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../ops/servers/kafka.ts';
import type { LocalServer } from '../ops/servers/local-server.ts';
import { startPostgres } from '../ops/servers/postgres.ts';
import { startRedis } from '../ops/servers/redis.ts';

export interface Servers {
  readonly postgres: LocalServer;
  readonly redis: LocalServer;
  readonly kafka: LocalServer | undefined;
  stop(): Promise<void>;
}

export interface WantedServers {
  readonly kafka: boolean;
  /** Unset: all is in memory, and gone after any end. */
  readonly redisSettings?: Readonly<Record<string, string>>;
}

/** Throws where one of them cannot be had. */
export async function startServers(wanted: WantedServers): Promise<Servers> {
  const starting = await Promise.allSettled([
    // Durable: it is killed, and what was acknowledged must have survived.
    startPostgres({ durable: true, settings: { max_connections: '200' } }),
    startRedis({ durable: false, settings: wanted.redisSettings ?? {} }),
    // Sessions as short as the tests want them.
    wanted.kafka
      ? startKafka({ durable: false, settings: { 'group.min.session.timeout.ms': '1000' } })
      : Promise.resolve(undefined),
  ]);
  const [postgres, redis, kafka] = starting.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  const stop = async (): Promise<void> => {
    await Promise.allSettled([postgres?.stop(), redis?.stop(), kafka?.stop()]);
  };
  const failed = starting.find((each) => each.status === 'rejected');
  if (failed === undefined && postgres && redis && (kafka || !wanted.kafka)) return { postgres, redis, kafka, stop };
  await stop();
  throw failed?.reason ?? new Error('chaos needs PostgreSQL, Redis and Kafka: install them, or Docker');
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'doorbuster-chaos-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
