/** PostgreSQL, Redis and, where it is asked for, Kafka, started together: for whoever runs a whole fleet on them and wants to stop, kill or freeze them. */
import { type KafkaOptions, startKafka } from './kafka.ts';
import type { LocalServer, ServerOptions } from './local-server.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

export interface Servers {
  readonly postgres: LocalServer;
  readonly redis: LocalServer;
  /** Undefined where it was not asked for. */
  readonly kafka: LocalServer | undefined;
  stop(): Promise<void>;
}

export interface WantedServers {
  readonly postgres: ServerOptions;
  readonly redis: ServerOptions;
  /** Undefined: none. */
  readonly kafka: KafkaOptions | undefined;
}

/** Throws where one of them cannot be had; then none is left running. */
export async function startServers(wanted: WantedServers): Promise<Servers> {
  const starting = await Promise.allSettled([
    startPostgres(wanted.postgres),
    startRedis(wanted.redis),
    wanted.kafka && startKafka(wanted.kafka),
  ]);
  const [postgres, redis, kafka] = starting.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  const stop = async (): Promise<void> => {
    await Promise.allSettled([postgres?.stop(), redis?.stop(), kafka?.stop()]);
  };
  const failed = starting.find((each) => each.status === 'rejected');
  if (failed === undefined && postgres && redis && (kafka || !wanted.kafka)) return { postgres, redis, kafka, stop };
  await stop();
  throw failed?.reason ?? new Error('this needs PostgreSQL, Redis and Kafka: install them, or Docker');
}
