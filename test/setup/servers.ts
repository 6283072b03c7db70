/**
 * Runs once before the integration tests, if any of them was chosen: finds or starts the servers that they need, and tells them where these are (`inject('postgresUrl')`, …).
 * See missing.ts for what happens where there are none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type FoundServer, findKafkaServer, findPostgresServer, findRedisServer } from '../../ops/servers/find.ts';
import { writeEmbeddedImage } from '../servers/embedded.ts';
import { createTemplate, dropDatabase } from '../servers/template.ts';
import { missing } from './missing.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's maintenance database, as superuser. For a database to work in, see test/servers/database.ts. */
    postgresUrl: string | undefined;
    postgresTemplate: string | undefined;
    /** For keys of one's own, see test/servers/redis.ts. */
    redisUrl: string | undefined;
    /** `host:port,host:port`. For topics of one's own, see test/servers/kafka.ts. */
    kafkaBrokers: string | undefined;
    /** A file. For a database that begins with it, see test/servers/embedded.ts. */
    embeddedImage: string | undefined;
  }
}

const TESTS = 'the tests that need it';

export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  const toStop = (server: FoundServer | undefined): string | undefined => {
    if (server) stops.push(() => server.stop());
    return server?.url;
  };

  const postgres = async (): Promise<void> => {
    const url = toStop(await findPostgresServer({ durable: false }));
    if (!url) missing('PostgreSQL 15 or newer', TESTS, 'install it or Docker, or set TEST_DATABASE_URL');
    const template = url ? await createTemplate(url) : undefined;
    if (url && template) stops.push(() => dropDatabase(url, template));
    project.provide('postgresUrl', url);
    project.provide('postgresTemplate', template);
  };
  const redis = async (): Promise<void> => {
    const url = toStop(await findRedisServer({ durable: false }));
    if (!url) missing('Redis', TESTS, 'install it or Docker, or set TEST_REDIS_URL');
    project.provide('redisUrl', url);
  };
  const kafka = async (): Promise<void> => {
    const brokers = toStop(await findKafkaServer({ durable: false, isShortLived: true }));
    if (!brokers) missing('Kafka', TESTS, 'install Java 17 and Maven, or Docker, or set TEST_KAFKA_BROKERS');
    project.provide('kafkaBrokers', brokers);
  };

  const embedded = async (): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'doorbuster-test-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const image = join(folder, 'embedded.tar');
    await writeEmbeddedImage(image);
    project.provide('embeddedImage', image);
  };

  const results = await Promise.allSettled([postgres(), redis(), kafka(), embedded()]);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) {
    await stopAll();
    throw failure.reason;
  }
  return stopAll;
}
