/**
 * The Kafka of the tests is one for all. Each test file works with topics and consumer groups below a prefix of its own. Topics are not made by using them.
 *
 *     describe.skipIf(!hasKafka)('…', () => {
 *       const kafka = { brokers: kafkaBrokers(), prefix: freshTopicPrefix() };
 *     });
 */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/** False on a developer's machine without Kafka: tests that need it are skipped, and the set-up has said so. In CI it is never false. */
export const hasKafka = inject('kafkaBrokers') !== undefined;

/** Each as `host:port`. Throws where there is no Kafka. */
export function kafkaBrokers(): string[] {
  const brokers = inject('kafkaBrokers');
  if (!brokers) throw new Error('there is no Kafka here: skip this test unless `hasKafka`');
  return brokers.split(',');
}

/** For the names of topics and groups. They go with the server, unless TEST_KAFKA_BROKERS named one. */
export function freshTopicPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}-`;
}
