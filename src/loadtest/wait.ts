/** Waiting, and doing many things a few at a time. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Timers fire up to this much late; the rest of a wait for an exact instant is spent turning the event loop. */
const timerSlackMs = 3;

/** Waits for an instant of the monotonic clock, in milliseconds, to a fraction of one. */
export async function untilInstant(at: number, signal: AbortSignal): Promise<void> {
  const waitMs = at - performance.now() - timerSlackMs;
  if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  while (performance.now() < at) await nextTurn();
}

/** Does all items, at most `atOnce` at a time. Rejects with the first failure, and starts nothing after it. */
export async function forEachBounded<Item>(
  items: readonly Item[],
  atOnce: number,
  signal: AbortSignal,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      signal.throwIfAborted();
      const item = items[next++];
      if (item === undefined) continue;
      try {
        await act(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

/** Settles as `promise` does, or rejects when the signal aborts or the time is over. */
export async function within<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  what: string,
  signal: AbortSignal,
): Promise<Value> {
  const over = new AbortController();
  const ended = sleep(timeoutMs, undefined, { signal: AbortSignal.any([over.signal, signal]) }).then(() => {
    throw new Error(`${what} took more than ${timeoutMs / 1000} s`);
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    ended.catch(() => {});
    over.abort();
  }
}
