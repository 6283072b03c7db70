/**
 * Limiters whose counters the fleet shares in Redis. When Redis is away, or late, each process counts for itself at once: a limit is then looser by the
 * number of processes, and never shuts anybody out.
 */
import { RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import { type MakeLimiter, memoryLimiter } from '../accounts/limiters.ts';
import { COMMAND_TIMEOUT_MS, type RedisConnection } from './redis-connection.ts';

export function redisLimiters(connection: RedisConnection): MakeLimiter {
  return (name, points, durationSeconds) => {
    const shared = new RateLimiterRedis({
      storeClient: connection.commands,
      // It would tell node-redis from ioredis by the name of a class, which is another one by now.
      useRedisPackage: true,
      // node-redis lets pipelines wait for a connection, whatever it is told about other commands.
      rejectIfRedisNotReady: true,
      keyPrefix: `${connection.prefix}limit:${name}`,
      points,
      duration: durationSeconds,
    });
    return new RLWrapperTimeouts({
      limiter: shared,
      timeoutMs: COMMAND_TIMEOUT_MS,
      insuranceLimiter: memoryLimiter(name, points, durationSeconds),
    });
  };
}
