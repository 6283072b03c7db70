/**
 * How many notifications wait for me, for the bell. It is asked for once, and when messages were missed; otherwise it is counted:
 * each one comes to this tab once, and a reload remembers.
 */
import { effect, signal } from '@preact/signals';
import { account, requestAsMember } from '../accounts/session.ts';
import { connection } from '../realtime/connection.ts';
import { onMissed } from '../realtime/reconnected.ts';
import { readSession, writeSession } from '../storage/storage.ts';

export const unread = signal(0);

const storageKey = 'doorbuster.unread';
/** Not in the second in which everybody comes. */
const askWithinMs = 6_000;
/** What is read in one tab is read in all. */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(storageKey);
let timer: ReturnType<typeof setTimeout> | undefined;

export function startUnread(): void {
  let countedFor: string | undefined;
  effect(() => {
    const id = account.value?.id;
    if (id === countedFor) return;
    countedFor = id;
    clearTimeout(timer);
    const [keptFor, count] = (readSession(storageKey) ?? '').split(' ');
    unread.value = keptFor === id ? Number(count) : 0;
  });
  connection.onMessage((message) => {
    if (message.type === 'notification' && message.notification.readAt === null) keepUnread(unread.value + 1);
  });
  onMissed(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), 1_000 + Math.random() * askWithinMs);
  });
  channel?.addEventListener('message', ({ data }: MessageEvent<string>) => {
    if (data === account.value?.id) keepUnread(0);
  });
}

/** I have seen them all. */
export function tellAllRead(): void {
  keepUnread(0);
  channel?.postMessage(account.value?.id);
}

export function keepUnread(count: number): void {
  clearTimeout(timer);
  unread.value = count;
  writeSession(storageKey, `${account.value?.id} ${count}`);
}

async function ask(): Promise<void> {
  const id = account.value?.id;
  if (id === undefined) return;
  const page = await requestAsMember<{ unread: number }>('/v1/me/notifications?limit=1').catch(() => null);
  if (page && account.value?.id === id) keepUnread(page.unread);
}
