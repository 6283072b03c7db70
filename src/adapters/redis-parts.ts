/** All that Redis plays in a process, on its two connections. Imported only where there is a Redis: its library takes memory and time. */
import type { MakeLimiter } from '../accounts/limiters.ts';
import type { InFlightLock } from '../claims/in-flight-lock.ts';
import type { Queryable } from '../database/database.ts';
import { Breaker, type BreakerOptions } from '../fleet/breaker.ts';
import type { Broadcast } from '../fleet/broadcast.ts';
import type { Leases } from '../fleet/lease.ts';
import { RedisBroadcast } from './redis-broadcast.ts';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.ts';
import { LOCK_BREAKER, RedisInFlightLock } from './redis-in-flight-lock.ts';
import { RedisLeases } from './redis-leases.ts';
import { redisLimiters } from './redis-limiters.ts';

export interface RedisPartsOptions extends RedisConnectionOptions {
  readonly database: Queryable;
  /** Where leases are asked for while Redis is away. */
  readonly databaseLeases: Leases;
  readonly onBreakerChange: BreakerOptions['onChange'];
}

export interface RedisParts {
  readonly broadcast: Broadcast;
  readonly lock: InFlightLock;
  readonly leases: Leases;
  readonly makeLimiter: MakeLimiter;
  close(): Promise<void>;
}

/** Connects in the background: a Redis that is away keeps nobody from starting. */
export function openRedis(options: RedisPartsOptions): RedisParts {
  const connection = new RedisConnection(options);
  const broadcast = new RedisBroadcast(connection);
  const breaker = new Breaker({ name: 'redis', ...LOCK_BREAKER, onChange: options.onBreakerChange });
  return {
    broadcast,
    lock: new RedisInFlightLock({ connection, breaker }),
    leases: new RedisLeases({ connection, database: options.database, fallback: options.databaseLeases }),
    makeLimiter: redisLimiters(connection),
    async close() {
      await broadcast.close();
      await connection.close();
    },
  };
}
