/** The ways to the ledger, on real servers: straight to PostgreSQL, and through Kafka with the outcomes over Redis. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaClaimQueue } from '../../src/adapters/kafka-claim-queue.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { RedisBroadcast } from '../../src/adapters/redis-broadcast.ts';
import { RedisConnection } from '../../src/adapters/redis-connection.ts';
import type { DirectIntakeOptions } from '../../src/claims/direct-intake.ts';
import { DirectIntake } from '../../src/claims/direct-intake.ts';
import { QueuedIntake } from '../../src/claims/queued-intake.ts';
import { Sequencer } from '../../src/claims/sequencer.ts';
import { newCode } from '../../src/coupons/code.ts';
import { Breaker } from '../../src/fleet/breaker.ts';
import { News } from '../../src/fleet/news.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { freshTopicPrefix, hasKafka, kafkaBrokers } from '../servers/kafka.ts';
import { freshRedisPrefix, hasRedis, redisUrl } from '../servers/redis.ts';
import { CONTRACT_QUEUE_MAX, intakeContract } from './intake-contract.ts';

const quiet: DirectIntakeOptions = {
  ...{ queueMax: CONTRACT_QUEUE_MAX, batchMax: 1_000 },
  ...{ onDecided() {}, onFailed() {} },
};

describe.skipIf(!hasPostgres)('the direct intake', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  let gateways: [DirectIntake, DirectIntake];
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 4, ledgerConnectionsMax: 4 });
    gateways = [0, 1].map(() => new DirectIntake(new Ledger(database, newCode), quiet)) as typeof gateways;
  });
  afterAll(() => database.close());
  intakeContract('direct', () => ({ database, gateways }));
});

describe.skipIf(!hasPostgres || !hasRedis || !hasKafka)('the queued intake', () => {
  const fresh = useFreshDatabase();
  const closers: (() => Promise<void> | void)[] = [];
  let database: PostgresDatabase;
  let gateways: QueuedIntake[];
  let queue: KafkaClaimQueue;

  beforeAll(async () => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 4, ledgerConnectionsMax: 4 });
    const ledger = new Ledger(database, newCode);
    const redisPrefix = freshRedisPrefix();
    const kafka = { brokers: kafkaBrokers(), prefix: freshTopicPrefix(), partitions: 3, tls: false, credentials: null };
    const openQueue = () => new KafkaClaimQueue({ ...kafka, sessionTimeoutMs: 6_000, onError() {} });
    const openNews = (name: string): News => {
      const connection = new RedisConnection({ url: redisUrl(), prefix: redisPrefix, log: { info() {}, warn() {} } });
      const broadcast = new RedisBroadcast(connection);
      closers.push(async () => {
        await broadcast.close();
        await connection.close();
      });
      return new News(broadcast, name);
    };

    gateways = await Promise.all(
      ['gateway-1', 'gateway-2'].map(async (name) => {
        const news = openNews(name);
        queue = openQueue();
        await queue.ready;
        closers.unshift(() => queue.close());
        const intake = new QueuedIntake({
          ...{
            name,
            queue,
            ledger,
            queueMax: CONTRACT_QUEUE_MAX,
            lagMax: 1_000,
            answerWithinMs: 15_000,
            putPatienceMs: 10_000,
          },
          breaker: new Breaker({ name: 'kafka', failuresMax: 1, probeAfterMs: 1_000, onChange() {} }),
          direct: new DirectIntake({ claim: () => Promise.reject(new Error('not this way')) }, quiet),
          hearing: () => news.hearing,
          onLate() {},
        });
        closers.unshift(() => intake.close());
        await news.hearOutcomes((outcomes) => intake.hear(outcomes));
        return intake;
      }),
    );
    const news = openNews('sequencer');
    const drain = openQueue();
    const sequencer = new Sequencer({
      ...{ queue: drain, ledger, batchMax: 200, onDecided() {}, onFailed() {}, onFencedOff() {} },
      tell({ from, dropId, claims }, outcomes) {
        news.tellOutcomes(from, { dropId, answers: claims.map((claim, place) => [claim, outcomes[place] ?? null]) });
      },
    });
    await drain.read(sequencer);
    closers.unshift(async () => {
      await sequencer.close();
      await drain.close();
    });
  });
  afterAll(async () => {
    for (const close of closers) await close();
    await database.close();
  });

  intakeContract('kafka', () => ({ database, gateways: gateways as [QueuedIntake, QueuedIntake] }));

  it('knows how much waits in the queue', async () => {
    await expect.poll(() => queue.lag).toBe(0);
  });
});
