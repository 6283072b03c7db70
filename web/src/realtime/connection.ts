/** The page's one live connection: the live client, wired to the session, to the clock and to the device's own events. */
import { computed, effect, signal, untracked } from '@preact/signals';
import {
  accessToken,
  account,
  freshToken,
  isUncertain,
  refresh,
  sessionEnded,
  sessionState,
} from '../accounts/session.ts';
import { readSession, writeSession } from '../storage/storage.ts';
import { forgetTime, learnTime, serverNow } from './clock.ts';
import { createLiveClient, type LiveState } from './live-client.ts';
import type { ServerMessage } from './messages.ts';

const listeners = new Set<(message: ServerMessage) => void>();
const current = signal<{ state: LiveState; account: string | null; way: 'socket' | 'events' }>({
  state: 'idle',
  account: null,
  way: 'socket',
});
const missedListeners = new Set<() => unknown>();
let heardAt: number | null = null;
let watched: readonly string[] = [];
/** Watched drops that were told of since they are watched here: what becomes of them is told, too. */
const told = new Set<string>();
/** Per account and, as it lies in this tab's storage, per tab: each hears everything once, over reloads too. */
const cursorKey = (accountId: string) => `doorbuster.cursor.${accountId}`;

const client = createLiveClient<ServerMessage>({
  socketUrl: `${location.origin.replace('http', 'ws')}/v1/socket`,
  eventsUrl: '/v1/events',
  token: whoIsHere,
  onTokenRefused: () => refresh(),
  onSessionEnded: sessionEnded,
  cursors: {
    read: (accountId) => readSession(cursorKey(accountId)),
    write: (accountId, cursor) => writeSession(cursorKey(accountId), cursor),
  },
  onMessage(message) {
    heardAt = serverNow();
    if (message.type === 'drop' && watched.includes(message.dropId)) told.add(message.dropId);
    for (const listener of listeners) listener(message);
  },
  onState(state, accountId, way) {
    if (state !== 'ready') told.clear();
    current.value = { state, account: accountId, way };
  },
  onMissed: () => Promise.all([...missedListeners].map((listener) => listener())),
  onTime: learnTime,
  onDefect: (code) => console.error(`The server closed the connection with ${code}: a defect of this page.`),
});

async function whoIsHere(): Promise<{ token: string; account: string } | null> {
  const token = await freshToken();
  const accountId = account.value?.id;
  return token === null || accountId === undefined ? null : { token, account: accountId };
}

/** The server knows by whom this is; until it has heard of another account it takes what is sent as the former one's. */
function speaksForMe(): boolean {
  const { state, account: accountId } = current.value;
  return state === 'ready' && accountId !== null && accountId === account.value?.id;
}

export const connection = {
  ...client,
  /** Each watched drop is told of at once, and whenever it changes. */
  watch(dropIds: readonly string[]): void {
    watched = dropIds;
    told.clear();
    client.watch(dropIds);
  },
  /** True while a drop cannot change without being told of here. */
  tellsOf: (dropId: string): boolean => told.has(dropId),
  /** True while what is shown is live. */
  isLive: computed(() => current.value.state === 'ready'),
  /** When anything was last heard here, by the server's clock; null: nothing yet. */
  heardAt: (): number | null => heardAt,
  /** True while this person is told what becomes of theirs. */
  isHeard: computed(speaksForMe),
  /** True while claims can travel here, too. */
  takesClaims: computed(() => speaksForMe() && current.value.way === 'socket'),
  /** False until the first connection was asked for: then there is nothing to be told about its absence. */
  isWanted: computed(() => current.value.state !== 'idle'),
  /**
   * Something was told that this page has not heard: what it shows is worth asking for. The listener returns when that has come, and is called
   * again with every welcome until all have. Returns how to stop it.
   */
  onMissed(listener: () => unknown): () => void {
    missedListeners.add(listener);
    return () => missedListeners.delete(listener);
  },
  /** Returns how to stop it. */
  onMessage(listener: (message: ServerMessage) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function startConnection(): void {
  let known = { token: accessToken.value, accountId: account.value?.id };
  effect(() => {
    const now = { token: accessToken.value, accountId: account.value?.id };
    if (sessionState.value === 'restoring' || now.token === known.token) return;
    // Whoever comes in another one's place gets another connection, as after signing out: what is still told on this one is not for them.
    const isReplaced = known.accountId !== undefined && known.accountId !== now.accountId;
    known = now;
    untracked(() => client.identityChanged(now.token !== null && !isReplaced));
  });
  // Whatever page a member is on: their turn in a waiting line may come at any time.
  effect(() => {
    if (sessionState.value === 'member') untracked(client.connect);
  });
  // The server can be reached again: now it can say who this is.
  effect(() => {
    if (current.value.state === 'ready') untracked(askWhoIsHere);
  });
  addEventListener('offline', client.networkLost);
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    client.lookedAt();
    wake();
  });
  for (const sign of ['focus', 'pointerdown', 'keydown']) addEventListener(sign, client.lookedAt);
}

function wake(): void {
  // The clocks of a device that slept have drifted apart.
  forgetTime();
  client.woken();
  askWhoIsHere();
}

function askWhoIsHere(): void {
  if (isUncertain.value) void refresh();
}
