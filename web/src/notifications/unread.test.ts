import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const account = signal<{ id: string } | null>(null);
const requestAsMember = vi.fn<(path: string) => Promise<{ unread: number }>>();
let tell: (message: object) => void = () => undefined;
let miss: () => void = () => undefined;
vi.mock('../accounts/session.ts', () => ({ account, requestAsMember }));
vi.mock('../realtime/connection.ts', () => ({
  connection: { onMessage: (listener: typeof tell) => (tell = listener) },
}));
vi.mock('../realtime/reconnected.ts', () => ({ onMissed: (callback: typeof miss) => (miss = callback) }));

const stored = new Map<string, string>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  stored.clear();
  requestAsMember.mockReset().mockResolvedValue({ unread: 3 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function openPage() {
  vi.resetModules();
  account.value = null;
  const page = await import('./unread.ts');
  page.startUnread();
  account.value = { id: '1' };
  return page;
}

const notification = (readAt: string | null = null) => ({ type: 'notification', notification: { readAt } });

test('asked for once, then counted, over reloads too', async () => {
  const page = await openPage();
  miss();
  expect(requestAsMember).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.unread.value).toBe(3);
  tell(notification());
  tell(notification('2026-11-21T10:00:00.000Z'));
  expect(page.unread.value).toBe(4);
  const reloaded = await openPage();
  expect(reloaded.unread.value).toBe(4);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requestAsMember).toHaveBeenCalledOnce();
  reloaded.tellAllRead();
  expect((await openPage()).unread.value).toBe(0);
});

test('somebody else’s are not mine', async () => {
  const page = await openPage();
  tell(notification());
  account.value = { id: '2' };
  expect(page.unread.value).toBe(0);
});

test('without an answer what is shown stays', async () => {
  const page = await openPage();
  tell(notification());
  requestAsMember.mockRejectedValue(new Error('no network'));
  miss();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.unread.value).toBe(1);
});
