/** How often something may be done, counted in this process or, where the processes of a fleet share a counter, elsewhere. */
import { type RateLimiterAbstract, RateLimiterMemory } from 'rate-limiter-flexible';

/** A limiter that lets `points` through per key and window. Limiters with the same name may share their counters. */
export type MakeLimiter = (name: string, points: number, durationSeconds: number) => RateLimiterAbstract;

export const memoryLimiter: MakeLimiter = (name, points, durationSeconds) =>
  new RateLimiterMemory({ keyPrefix: name, points, duration: durationSeconds });
