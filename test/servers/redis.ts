/**
 * The Redis of the tests is one for all. Each test file works below a prefix of its own.
 *
 *     describe.skipIf(!hasRedis)('…', () => {
 *       const redis = { url: redisUrl(), prefix: freshRedisPrefix() };
 *     });
 */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/** False on a developer's machine without Redis: tests that need it are skipped, and the set-up has said so. In CI it is never false. */
export const hasRedis = inject('redisUrl') !== undefined;

/** Throws where there is no Redis. */
export function redisUrl(): string {
  const url = inject('redisUrl');
  if (!url) throw new Error('there is no Redis here: skip this test unless `hasRedis`');
  return url;
}

/** For the names of keys and channels. What is written there goes with the server, unless TEST_REDIS_URL named one: let keys expire. */
export function freshRedisPrefix(): string {
  return `test:${randomBytes(6).toString('hex')}:`;
}
