import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseLeases } from '../../src/adapters/database-leases.ts';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { RedisBroadcast } from '../../src/adapters/redis-broadcast.ts';
import { RedisLeases } from '../../src/adapters/redis-leases.ts';
import { redisLimiters } from '../../src/adapters/redis-limiters.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { freshRedisPrefix, hasRedis, redisUrl } from '../servers/redis.ts';
import { broadcastContract } from './broadcast-contract.ts';
import { inFlightLockContract } from './in-flight-lock-contract.ts';
import { leasesContract } from './leases-contract.ts';
import { RedisProcess } from './redis-process.ts';

describe.skipIf(!hasRedis)('Redis', () => {
  let processes: [RedisProcess, RedisProcess, RedisProcess];
  let database: PgliteDatabase;

  beforeAll(async () => {
    const place = { url: redisUrl(), prefix: freshRedisPrefix() };
    const connected = () => RedisProcess.connected(place);
    processes = await Promise.all([connected(), connected(), connected()]);
    database = await openEmbedded();
  });
  afterAll(async () => {
    await Promise.all([...processes.map((process) => process.close()), database.close()]);
  });

  inFlightLockContract('redis', () => processes.map((process) => process.newLock()));
  broadcastContract('redis', async () => {
    const fleet = processes.map(({ connection }) => new RedisBroadcast(connection));
    // Each is connected once its first subscription stands.
    await Promise.all(fleet.map((process) => process.subscribe('anything', () => {})));
    return fleet;
  });
  leasesContract('redis', {
    database: () => database,
    open: (leaseSeconds) => {
      const [{ connection }] = processes;
      const fallback = new DatabaseLeases(database, leaseSeconds);
      return new RedisLeases({ connection, database, fallback, leaseSeconds });
    },
  });

  describe('the in-flight lock between gateways', () => {
    it('lets a request pass at another gateway, which cannot release it', async () => {
      const [here, there] = [processes[0].newLock(), processes[1].newLock()];
      expect(await here.acquire('700', '7', 'request-1')).toBe(true);
      expect(await there.acquire('700', '7', 'request-1')).toBe(true);
      expect(await there.acquire('700', '7', 'request-2')).toBe(false);
      there.release('700', '7', 'request-1');
      expect(await there.holds('700', '7')).toBe('request-1');
      here.release('700', '7', 'request-1');
      expect(await here.holds('700', '7')).toBeUndefined();
    });

    it('blocks nobody for longer than its time when its gateway died', async () => {
      const [dead, other] = [processes[0].newLock(0.1), processes[1].newLock()];
      await dead.acquire('701', '7', 'request-1');
      await pause(150);
      expect(await other.acquire('701', '7', 'request-2')).toBe(true);
      // The dead one was only asleep.
      dead.release('701', '7', 'request-1');
      expect(await other.holds('701', '7')).toBe('request-2');
    });
  });

  describe('limiters', () => {
    it('count for the whole fleet', async () => {
      const [here, there] = [processes[0], processes[1]].map(({ connection }) =>
        redisLimiters(connection)('sign-in', 3, 60),
      );
      await here?.consume('somebody');
      await there?.consume('somebody');
      expect(await here?.get('somebody')).toMatchObject({ consumedPoints: 2, remainingPoints: 1 });
      await here?.consume('somebody');
      await expect(there?.consume('somebody')).rejects.toMatchObject({ consumedPoints: 4, remainingPoints: 0 });
      expect(await here?.get('nobody')).toBeNull();
      await there?.reward('somebody');
      await there?.delete('somebody');
      await here?.consume('somebody');
    });
  });
});
