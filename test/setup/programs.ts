/**
 * Runs once before the tests of ops/servers, if any of them was chosen: finds the programs of all servers, or installs them where that is allowed, before test files
 * that run at the same time would do so. See missing.ts for what happens where there are none.
 */
import { findKafka } from '../../ops/servers/kafka.ts';
import { findNginx } from '../../ops/servers/nginx.ts';
import { findPostgresBinaries } from '../../ops/servers/postgres-binaries.ts';
import { findRedis } from '../../ops/servers/redis.ts';
import { missing } from './missing.ts';

const TESTS = 'the tests of how it is started';

export default async function findPrograms(): Promise<void> {
  if (!findPostgresBinaries()) missing('PostgreSQL 15 or newer', TESTS, 'install it');
  if (!findRedis()) missing('Redis', TESTS, 'install it');
  if (!findNginx()) missing('nginx', TESTS, 'install it');
  if (!(await findKafka())) missing('Kafka', TESTS, 'install Java 17 or newer, and Maven');
}
