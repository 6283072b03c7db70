import { parseStored, readLocal, readSession, writeLocal, writeSession } from '../storage/storage.ts';

export interface Account {
  id: string;
  username: string;
  role: 'buyer' | 'admin';
}

export interface StoredSession {
  accessToken: string;
  /** By this device's clock, in milliseconds; it only decides when to refresh, the server decides what is valid. */
  expiresAt: number;
  account: Account;
}

export type TabMessage = { type: 'session'; session: StoredSession } | { type: 'signed-out' };

const sessionKey = 'doorbuster.session';
const markerKey = 'doorbuster.signed-in';
const lockName = 'doorbuster.refresh';

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('doorbuster.session');

/** Where a session is kept, and how the tabs of this browser agree about it. */
export const sessionStore = {
  read: (): StoredSession | null => parseStored(readSession(sessionKey), isStoredSession),

  write(session: StoredSession): void {
    writeSession(sessionKey, JSON.stringify(session));
    writeLocal(markerKey, '1');
  },

  clear(): void {
    writeSession(sessionKey, null);
    writeLocal(markerKey, null);
  },

  wasSignedIn: (): boolean => readLocal(markerKey) !== null,

  tell(message: TabMessage): void {
    channel?.postMessage(message);
  },

  listen(hear: (message: TabMessage) => void): void {
    channel?.addEventListener('message', (event: MessageEvent<TabMessage>) => hear(event.data));
  },

  /** Runs `work` while no other tab of this browser does. Without locks (plain http) tabs are on their own. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    if (!('locks' in navigator)) return work();
    return navigator.locks.request(lockName, work) as Promise<T>;
  },
};

function isStoredSession(value: unknown): value is StoredSession {
  if (typeof value !== 'object' || value === null) return false;
  return 'accessToken' in value && 'expiresAt' in value && 'account' in value;
}
