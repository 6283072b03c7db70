import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RequestOptions } from './request.ts';

const requestAsMember = vi.hoisted(() => vi.fn<(path: string, options: RequestOptions) => Promise<unknown>>());
const account = vi.hoisted(() => ({ value: { id: '1' } }));
vi.mock('../accounts/session.ts', () => ({ account, requestAsMember }));
vi.mock('../realtime/reconnected.ts', () => ({ onReconnected: () => () => undefined }));

const { Problem, Unreachable } = await import('./problem.ts');
const { pressOnce } = await import('./press-once.ts');

/** The browser's storage, as long as the tab lives. */
const stored = new Map<string, string>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  stored.clear();
  requestAsMember.mockReset();
  account.value = { id: '1' };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const press = (subject = 'pay 7-1') => pressOnce('/v1/x', { subject, method: 'POST' });
const keys = () => requestAsMember.mock.calls.map(([, options]) => options.headers?.['idempotency-key']);
const problem = (status: number, code: string, retryAfter: number | null = null) =>
  new Problem(status, { code }, retryAfter);

test('answered: the next press is another one', async () => {
  requestAsMember.mockResolvedValue('paid');
  expect(await press()).toBe('paid');
  await press();
  expect(new Set(keys()).size).toBe(2);
});

test('without an answer it is repeated with the same key, until there is one', async () => {
  requestAsMember
    .mockRejectedValueOnce(new Unreachable())
    .mockRejectedValueOnce(problem(503, 'overloaded', 1))
    .mockRejectedValueOnce(problem(429, 'rate_limited', 2))
    .mockResolvedValueOnce('paid');
  const answer = press();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await answer).toBe('paid');
  expect(keys()).toHaveLength(4);
  expect(new Set(keys()).size).toBe(1);
});

test('given up after many attempts, and after a reload, it is still the same press', async () => {
  requestAsMember.mockRejectedValue(new Unreachable());
  const given = press().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(await given).toBeInstanceOf(Unreachable);
  requestAsMember.mockResolvedValue('paid');
  await press();
  expect(keys().length).toBeGreaterThan(10);
  expect(new Set(keys()).size).toBe(1);
});

test.each([
  [409, 'slot_expired'],
  [404, 'grant_not_found'],
  [400, 'invalid_request'],
])('a refusal (%i %s) is an answer', async (status, code) => {
  requestAsMember.mockRejectedValue(problem(status, code));
  await expect(press()).rejects.toMatchObject({ code });
  await expect(press()).rejects.toMatchObject({ code });
  expect(new Set(keys()).size).toBe(2);
});

test('who is told to come back much later is told so, and it stays the same press', async () => {
  requestAsMember.mockRejectedValue(problem(429, 'too_many_attempts', 600));
  await expect(press()).rejects.toMatchObject({ code: 'too_many_attempts' });
  await expect(press()).rejects.toMatchObject({ code: 'too_many_attempts' });
  expect(new Set(keys()).size).toBe(1);
});

test('a way to pay that is away is told at once', async () => {
  requestAsMember.mockRejectedValue(problem(503, 'payment_unavailable', 5));
  await expect(press()).rejects.toMatchObject({ code: 'payment_unavailable' });
  expect(keys()).toHaveLength(1);
});

test('presses on different things are different presses', async () => {
  requestAsMember.mockRejectedValue(problem(429, 'rate_limited', 600));
  await Promise.allSettled([press('use 7-1'), press('use 7-2')]);
  expect(new Set(keys()).size).toBe(2);
});

test('it is not repeated by whoever has signed in meanwhile', async () => {
  requestAsMember.mockRejectedValue(new Unreachable());
  const given = press().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(0);
  account.value = { id: '2' };
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await given).toBeInstanceOf(Unreachable);
  expect(requestAsMember).toHaveBeenCalledTimes(1);
});
