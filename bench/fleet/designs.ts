/** What the baselines' row compares, each on the same PostgreSQL and Redis: three usual designs, and ours with and without Kafka in between. All can run as several processes; here it is one each. */

import { startServers } from '../../ops/servers/all.ts';
import { type Baseline, startBaseline, USUAL_REDIS_SETTINGS } from '../baselines/baseline.ts';
import { BASELINE_NAMES } from '../baselines/design.ts';
import { createDrop } from '../drops.ts';
import { signTokens } from '../tokens.ts';
import { Fleet } from './fleet.ts';
import { BENCH_SERVERS, createDatabase } from './servers.ts';

export interface Subject {
  readonly name: string;
  readonly isOurs: boolean;
  readonly port: number;
  createDrop(stock: number): Promise<string>;
  /** Of people who have never been seen. */
  newTokens(count: number): string[];
  /** Resolves when all that was told stands in the database. */
  settle(dropId: string): Promise<void>;
}

export interface Subjects {
  readonly all: readonly Subject[];
  stop(): Promise<void>;
}

let lastUser = 0;

export async function startSubjects(): Promise<Subjects> {
  const servers = await startServers({ ...BENCH_SERVERS, redis: { durable: false, settings: USUAL_REDIS_SETTINGS } });
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const each of started) await each.stop();
    await servers.stop();
  };
  try {
    const all: Subject[] = [];
    const databaseUrl = await createDatabase(servers.postgres, 'baselines');
    for (const name of BASELINE_NAMES) {
      const baseline = await startBaseline(name, { databaseUrl, redisUrl: servers.redis.url });
      started.push(baseline);
      all.push(baselineSubject(name, baseline));
    }
    for (const [name, kafka] of [
      ['direct', undefined],
      ['queued', servers.kafka],
    ] as const) {
      const ownUrl = await createDatabase(servers.postgres, `ours_${name}`);
      const own = { servers: { ...servers, kafka }, databaseUrl: ownUrl, redisPrefix: `${name}:` };
      const fleet = await Fleet.start({ gateways: 1, ...own });
      started.push(fleet);
      all.push(ourSubject(kafka ? 'ours, through Kafka' : 'ours, direct', fleet));
    }
    return { all, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function baselineSubject(name: string, baseline: Baseline): Subject {
  return {
    name,
    isOurs: false,
    port: baseline.port,
    createDrop: (stock) => baseline.createDrop(stock, 1),
    newTokens: (count) =>
      Array.from({ length: count }, () => {
        lastUser += 1;
        return String(lastUser);
      }),
    async settle(dropId) {
      await baseline.settledHoldings(dropId);
    },
  };
}

function ourSubject(name: string, fleet: Fleet): Subject {
  return {
    name,
    isOurs: true,
    port: Number(new URL(fleet.urls[0] ?? '').port),
    createDrop: (stock) => createDrop(fleet.api, stock),
    newTokens: (count) => signTokens(fleet.secret, count),
    // It is before it is told.
    settle: async () => {},
  };
}
