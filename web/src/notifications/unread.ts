/**
 * How many notifications wait for me, for the bell. It is asked for once, and when messages were missed; otherwise it is counted:
 * each one comes to this tab once, and a reload remembers. Until the answer has come what is shown is a guess, counted on meanwhile,
 * and not remembered.
 */
import { effect, signal } from '@preact/signals';
import { account, requestAsMember } from '../accounts/session.ts';
import { connection } from '../realtime/connection.ts';
import { backoffMilliseconds } from '../realtime/live-client.ts';
import { readSession, writeSession } from '../storage/storage.ts';

export const unread = signal(0);

const storageKey = 'doorbuster.unread';
/** Not in the second in which everybody comes. */
const askAfterMs = 1_000;
const askWithinMs = 6_000;
/** In vain: less and less often, up to every two minutes. A server that cannot answer now has better to do than to count for a bell. */
const patience = 6;
/** What is read in one tab is read in all. */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(storageKey);
/** Who waits for the answer; null: what is shown is true. Another account is another list. */
let waiting: (() => void)[] | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
/** An answer that was under way while something changed may have been given before or after that. */
let changes = 0;

export function startUnread(): void {
  let countedFor: string | undefined;
  effect(() => {
    const id = account.value?.id;
    if (id === countedFor) return;
    countedFor = id;
    clearTimeout(timer);
    waiting = null;
    const [keptFor, count] = (readSession(storageKey) ?? '').split(' ');
    unread.value = keptFor === id ? Number(count) : 0;
    if (id !== undefined && keptFor !== id) void ask();
  });
  connection.onMessage((message) => {
    if (message.type === 'notification' && message.notification.readAt === null) become(unread.value + 1);
  });
  connection.onMissed(ask);
  channel?.addEventListener('message', ({ data }: MessageEvent<string>) => {
    if (data === account.value?.id) become(0);
  });
}

/** I have seen them all. */
export function tellAllRead(): void {
  become(0);
  channel?.postMessage(account.value?.id);
}

function become(count: number): void {
  changes += 1;
  unread.value = count;
  if (waiting === null) writeSession(storageKey, `${account.value?.id} ${count}`);
}

/** Resolves when the server has said how many; never, if somebody else is here by then. */
function ask(): Promise<void> {
  changes += 1;
  if (waiting === null) {
    waiting = [];
    writeSession(storageKey, null);
  }
  // Also when it waits to ask again: a welcome says that the server is back.
  plan(0, Math.random() * askWithinMs);
  const mine = waiting;
  return new Promise((resolve) => mine.push(resolve));
}

function plan(failures: number, moreMs: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void askNow(failures), askAfterMs + moreMs);
}

async function askNow(failures: number): Promise<void> {
  const mine = waiting;
  const before = changes;
  const page = await requestAsMember<{ unread: number }>('/v1/me/notifications?limit=1').catch(() => null);
  if (mine === null || mine !== waiting) return;
  if (page === null) return plan(failures + 1, backoffMilliseconds(failures) * patience);
  if (changes !== before) return plan(0, Math.random() * askWithinMs);
  waiting = null;
  become(page.unread);
  for (const resolve of mine) resolve();
}
