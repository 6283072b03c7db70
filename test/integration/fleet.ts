/** Several processes' worth of the program, here in one process each with its own connections: gateways, a sequencer, a worker, on one set of servers. */
import { afterAll, beforeAll, vi } from 'vitest';
import { createFreshDatabase, type FreshDatabase, hasPostgres } from '../servers/database.ts';
import { freshTopicPrefix, hasKafka, kafkaBrokers } from '../servers/kafka.ts';
import { freshRedisPrefix, hasRedis, redisUrl } from '../servers/redis.ts';
import { RunningApp } from './running-app.ts';

const KAFKA_PARTITIONS = '3';

export const hasAllServers = hasPostgres && hasRedis && hasKafka;

export interface FleetOptions {
  readonly redis: boolean;
  readonly kafka: boolean;
  readonly environment?: Record<string, string>;
}

export class TestFleet {
  readonly environment: Record<string, string>;
  readonly #database: FreshDatabase;
  readonly #apps: RunningApp[] = [];

  static async open({ redis, kafka, environment }: FleetOptions): Promise<TestFleet> {
    const database = await createFreshDatabase();
    return new TestFleet(database, {
      DATABASE_URL: database.url,
      DATABASE_CONNECTIONS_MAX: '120',
      ...(redis && { REDIS_URL: redisUrl(), REDIS_PREFIX: freshRedisPrefix() }),
      ...(kafka && {
        ...{ KAFKA_BROKERS: kafkaBrokers().join(','), KAFKA_TOPIC_PREFIX: freshTopicPrefix() },
        ...{ KAFKA_PARTITIONS, KAFKA_SESSION_TIMEOUT_MS: '6000' },
      }),
      ...environment,
    });
  }

  private constructor(database: FreshDatabase, environment: Record<string, string>) {
    this.#database = database;
    this.environment = environment;
  }

  async start(roles: string, environment: Record<string, string> = {}): Promise<RunningApp> {
    const app = await RunningApp.start({ ...this.environment, ROLES: roles, ...environment });
    this.#apps.push(app);
    return app;
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map(({ app }) => app.close()));
    await this.#database.drop();
  }
}

/** For a `describe` block. */
export function useFleet(options: FleetOptions): { readonly current: TestFleet } {
  let fleet: TestFleet | undefined;
  beforeAll(async () => {
    fleet = await TestFleet.open(options);
  });
  afterAll(() => fleet?.close());
  return {
    get current(): TestFleet {
      if (!fleet) throw new Error('the fleet exists from `beforeAll` on');
      return fleet;
    },
  };
}

/** A figure at /metrics; undefined while there is none. */
export async function metricOf(app: RunningApp, line: string): Promise<number | undefined> {
  const { body } = await app.call('GET', '/metrics');
  const found = String(body)
    .split('\n')
    .find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.split(' ').at(-1));
}

/** How many records wait in the queue; undefined while this process cannot see it. */
export async function lagOf(app: RunningApp): Promise<number | undefined> {
  const partitions = Array.from({ length: Number(KAFKA_PARTITIONS) }, (_, partition) => partition);
  const lags = await Promise.all(
    partitions.map((partition) => metricOf(app, `doorbuster_intake_lag_records{partition="${partition}"}`)),
  );
  return lags.reduce((sum, lag) => (sum === undefined || lag === undefined ? undefined : sum + lag), 0);
}

/** Its topic is there, and this process can see how much waits in it. */
export async function queueIsReady(app: RunningApp): Promise<void> {
  await vi.waitUntil(async () => (await lagOf(app)) === 0, { timeout: 40_000, interval: 50 });
}
