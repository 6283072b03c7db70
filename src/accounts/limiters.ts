/** How often something may be done, counted in this process or, where the processes of a fleet share a counter, elsewhere. */
import { type RateLimiterAbstract, RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../http/problem.ts';

/** A limiter that lets `points` through per key and window. Limiters with the same name may share their counters. */
export type MakeLimiter = (name: string, points: number, durationSeconds: number) => RateLimiterAbstract;

export const memoryLimiter: MakeLimiter = (name, points, durationSeconds) =>
  new RateLimiterMemory({ keyPrefix: name, points, duration: durationSeconds });

/** Counts one. Throws `too_many_attempts`. */
export async function admit(limiter: RateLimiterAbstract, key: string): Promise<void> {
  await limiter.consume(key).catch((refusal: RateLimiterRes | Error) => {
    if (refusal instanceof Error) throw refusal;
    throw new Problem('too_many_attempts', { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1000) });
  });
}
