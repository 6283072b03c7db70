import { effect, untracked } from '@preact/signals';
import { accessToken, freshToken, refresh, sessionEnded, sessionState } from '../accounts/session.ts';
import { createSocket } from './socket.ts';

/** The page's one socket, wired to the session and to the device's own events. */
export const connection = createSocket({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/socket`,
  token: freshToken,
  onTokenRefused: () => refresh(),
  onSessionEnded: sessionEnded,
});

export function startConnection(): void {
  let knownToken = accessToken.value;
  effect(() => {
    const token = accessToken.value;
    if (sessionState.value === 'restoring' || token === knownToken) return;
    knownToken = token;
    untracked(() => connection.identityChanged(token !== null));
  });
  // Whatever page a member is on: their turn in a waiting line may come at any time.
  effect(() => {
    if (sessionState.value === 'member') untracked(connection.connect);
  });
  addEventListener('offline', () => connection.networkLost());
  addEventListener('online', () => connection.woken());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connection.woken();
  });
}
