import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

let account = signal<{ id: string } | null>(null);
const requestAsMember = vi.fn<(path: string) => Promise<{ unread: number }>>();
let tell: (message: object) => void = () => undefined;
let miss: () => Promise<void> = async () => undefined;
vi.mock('../accounts/session.ts', () => ({
  get account() {
    return account;
  },
  requestAsMember,
}));
vi.mock('../realtime/connection.ts', () => ({
  connection: {
    onMessage: (listener: typeof tell) => (tell = listener),
    onMissed: (listener: typeof miss) => (miss = listener),
  },
}));

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
  // Nothing of the page before goes on.
  vi.clearAllTimers();
  account = signal(null);
  const page = await import('./unread.ts');
  page.startUnread();
  account.value = { id: '1' };
  return page;
}

const notification = (readAt: string | null = null) => ({ type: 'notification', notification: { readAt } });

const asked = () => requestAsMember.mock.calls.length;
const passed = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
/** Whether the promise has resolved. */
function watch(promise: Promise<void>): () => boolean {
  let isDone = false;
  void promise.then(() => {
    isDone = true;
  });
  return () => isDone;
}

/** The bell knows. */
async function openKnowing() {
  const page = await openPage();
  await passed(10_000);
  requestAsMember.mockClear();
  return page;
}

test('asked for once, then counted, over reloads too', async () => {
  const page = await openPage();
  void miss();
  expect(asked()).toBe(0);
  await passed(10_000);
  expect(page.unread.value).toBe(3);
  tell(notification());
  tell(notification('2026-11-21T10:00:00.000Z'));
  expect(page.unread.value).toBe(4);
  const reloaded = await openPage();
  expect(reloaded.unread.value).toBe(4);
  await passed(60_000);
  expect(asked()).toBe(1);
  reloaded.tellAllRead();
  expect((await openPage()).unread.value).toBe(0);
});

test('who was somebody else meanwhile is asked for anew', async () => {
  const page = await openKnowing();
  account.value = { id: '2' };
  await passed(10_000);
  account.value = { id: '1' };
  expect(page.unread.value).toBe(0);
  await passed(10_000);
  expect(page.unread.value).toBe(3);
});

describe('after messages were missed', () => {
  test.each([0, 500, 999])(
    'a notification %i ms later is counted, and the number asked for nevertheless',
    async (ms) => {
      const page = await openKnowing();
      const isTrue = watch(miss());
      await passed(ms);
      tell(notification());
      expect(page.unread.value).toBe(4);
      requestAsMember.mockResolvedValue({ unread: 40 });
      await passed(10_000);
      expect([page.unread.value, asked(), isTrue()]).toEqual([40, 1, true]);
      tell(notification());
      expect(page.unread.value).toBe(41);
    },
  );

  test('so is what was read', async () => {
    const page = await openKnowing();
    void miss();
    page.tellAllRead();
    await passed(10_000);
    expect([page.unread.value, asked()]).toEqual([3, 1]);
  });

  test('an answer that something overtakes is asked for again', async () => {
    const page = await openKnowing();
    const { promise, resolve } = Promise.withResolvers<{ unread: number }>();
    requestAsMember.mockReturnValueOnce(promise);
    const isTrue = watch(miss());
    await passed(10_000);
    tell(notification());
    resolve({ unread: 40 });
    await passed(0);
    expect([page.unread.value, isTrue()]).toEqual([4, false]);
    requestAsMember.mockResolvedValue({ unread: 41 });
    await passed(10_000);
    expect([page.unread.value, isTrue()]).toEqual([41, true]);
  });

  test('without an answer it is asked again, less and less often, until there is one', async () => {
    const page = await openKnowing();
    requestAsMember.mockRejectedValue(new Error('no network'));
    const isTrue = watch(miss());
    await passed(10 * 60_000);
    expect(asked()).toBeGreaterThan(5);
    expect(asked()).toBeLessThan(50);
    expect([page.unread.value, isTrue()]).toEqual([3, false]);
    requestAsMember.mockResolvedValue({ unread: 7 });
    await passed(150_000);
    expect([page.unread.value, isTrue()]).toEqual([7, true]);
  });

  test('the next welcome does not wait for that', async () => {
    const page = await openKnowing();
    requestAsMember.mockRejectedValue(new Error('no network'));
    void miss();
    await passed(10 * 60_000);
    requestAsMember.mockReset().mockResolvedValue({ unread: 7 });
    const isTrue = watch(miss());
    await passed(8_000);
    expect([page.unread.value, isTrue(), asked()]).toEqual([7, true, 1]);
    await passed(10 * 60_000);
    expect(asked()).toBe(1);
  });

  test('a page that is reloaded meanwhile asks', async () => {
    await openKnowing();
    void miss();
    tell(notification());
    const page = await openPage();
    await passed(10_000);
    expect([page.unread.value, asked()]).toEqual([3, 1]);
  });

  test('an answer for somebody else is none', async () => {
    const page = await openKnowing();
    const { promise, resolve } = Promise.withResolvers<{ unread: number }>();
    requestAsMember.mockReturnValueOnce(promise);
    const isTrue = watch(miss());
    await passed(10_000);
    account.value = { id: '2' };
    resolve({ unread: 40 });
    await passed(0);
    expect([page.unread.value, isTrue()]).toEqual([0, false]);
  });
});

test('somebody else’s are not mine', async () => {
  const page = await openPage();
  tell(notification());
  account.value = { id: '2' };
  expect(page.unread.value).toBe(0);
});
