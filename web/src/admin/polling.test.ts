import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Freshness, startPolling } from './polling.ts';

/** Of a device that is ten minutes behind. */
const aheadMs = 600_000;
vi.mock('../realtime/clock.ts', () => ({ serverNow: () => Date.now() + aheadMs }));

/** A tab that can be hidden. */
class Tab extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
  turn(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const tab = () => new Tab() as Tab & Document;
const startedAt = Date.parse('2026-11-21T10:00:00Z');
let told: Freshness[];
let stop = () => {};
beforeEach(() => {
  vi.useFakeTimers({ now: startedAt });
  told = [];
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

function start(ask: () => Promise<unknown>, page = tab(), everyMs = 1_000): void {
  stop = startPolling({ everyMs, ask, page, onChange: (freshness) => told.push(freshness) });
}

test('asks at once, and then every second since the question, not since the answer', async () => {
  const askedAt: number[] = [];
  start(async () => {
    askedAt.push(Date.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  await vi.advanceTimersByTimeAsync(3_500);
  expect(askedAt).toEqual([0, 1_000, 2_000, 3_000]);
  expect(told.at(-1)).toEqual({ is: 'fresh', at: startedAt + aheadMs + 3_300 });
});

test('one question at a time; one without an answer is told after a while, and its answer after all', async () => {
  let answer = () => {};
  const ask = vi.fn(
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );
  start(ask);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(told).toEqual([{ is: 'stale', at: null, error: null }]);
  answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(told.at(-1)).toEqual({ is: 'fresh', at: startedAt + aheadMs + 9_000 });
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a server that is away is asked later and later, five seconds apart at most, and every second when it is back', async () => {
  const error = new Error('away');
  let isAway = false;
  const askedAt: number[] = [];
  start(async () => {
    askedAt.push((Date.now() - startedAt) / 1_000);
    if (isAway) throw error;
  });
  await vi.advanceTimersByTimeAsync(500);
  isAway = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(askedAt).toEqual([0, 1, 2, 4, 8, 13, 18]);
  expect(told.at(-1)).toEqual({ is: 'stale', at: startedAt + aheadMs, error });
  isAway = false;
  await vi.advanceTimersByTimeAsync(4_600);
  expect(askedAt.slice(7)).toEqual([23, 24, 25]);
  expect(told.at(-1)).toMatchObject({ is: 'fresh' });
});

test('what asks seldom is not asked more often because it fails', async () => {
  const ask = vi.fn(() => Promise.reject(new Error('away')));
  start(ask, tab(), 10_000);
  await vi.advanceTimersByTimeAsync(35_000);
  expect(ask).toHaveBeenCalledTimes(4);
});

test('nothing is asked while nobody looks; looked at again, at once', async () => {
  const page = tab();
  const ask = vi.fn(() => Promise.resolve());
  start(ask, page);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(ask).toHaveBeenCalledTimes(3);
  page.turn('hidden');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(3);
  page.turn('visible');
  expect(ask).toHaveBeenCalledTimes(4);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ask).toHaveBeenCalledTimes(5);
});

test('an answer that comes while nobody looks is the last one until somebody does', async () => {
  const page = tab();
  const ask = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 400)));
  start(ask, page);
  await vi.advanceTimersByTimeAsync(100);
  page.turn('hidden');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(told).toEqual([{ is: 'fresh', at: startedAt + aheadMs + 400 }]);
});

test('once stopped, nothing is asked and nothing told', async () => {
  const page = tab();
  const ask = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 400)));
  start(ask, page);
  await vi.advanceTimersByTimeAsync(100);
  stop();
  page.turn('visible');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(told).toEqual([]);
});
