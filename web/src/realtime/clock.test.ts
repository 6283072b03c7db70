import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forgetTime, learnTime, serverNow } from './clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
  forgetTime();
});
afterEach(() => vi.useRealTimers());

/** The server is `aheadMs` ahead of this device; the way there takes `thereMs`, the way back `backMs`. */
function roundTrip(aheadMs: number, thereMs: number, backMs: number): void {
  const sentAt = performance.now();
  vi.advanceTimersByTime(thereMs);
  const serverTime = new Date(Date.now() + aheadMs).toISOString();
  vi.advanceTimersByTime(backMs);
  learnTime(serverTime, sentAt, performance.now());
}

test('the shortest round trip is believed', () => {
  roundTrip(5_000, 300, 10);
  expect(serverNow() - Date.now()).toBeCloseTo(5_145, -1);
  roundTrip(5_000, 10, 10);
  expect(serverNow() - Date.now()).toBeCloseTo(5_000, -1);
  roundTrip(5_000, 10, 500);
  expect(serverNow() - Date.now()).toBeCloseTo(5_000, -1);
});

test('setting the device’s clock changes nothing', () => {
  roundTrip(0, 5, 5);
  const before = serverNow();
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(serverNow() - before).toBeLessThan(1_000);
});

test('nonsense is not learned from', () => {
  roundTrip(0, 5, 5);
  const before = serverNow();
  learnTime('not a time', performance.now(), performance.now());
  learnTime(new Date(0).toISOString(), performance.now() + 5, performance.now());
  expect(serverNow() - before).toBeLessThan(1_000);
});
