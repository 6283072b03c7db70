const firstMilliseconds = 400;
const lastMilliseconds = 20_000;

/**
 * How long to wait before the next attempt: exponential with full jitter, so that the clients of a server that went
 * away together do not come back together. `leastMilliseconds` is what the server asked for, when it did.
 */
export function backoffMilliseconds(attempt: number, leastMilliseconds = 0): number {
  const ceiling = Math.min(lastMilliseconds, firstMilliseconds * 2 ** Math.min(attempt, 10));
  return leastMilliseconds + 100 + Math.random() * ceiling;
}
