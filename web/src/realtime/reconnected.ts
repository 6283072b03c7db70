import { effect, untracked } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { connection } from './connection.ts';

/** Calls back whenever this person is heard (again): the network is back. Returns how to stop it. */
export function onReconnected(callback: () => void): () => void {
  let known = connection.isHeard.peek();
  return effect(() => {
    const isMore = connection.isHeard.value && !known;
    known = connection.isHeard.value;
    if (isMore) untracked(callback);
  });
}

/**
 * Asks again when messages for this person were missed, or may have been told before the first of them could be heard. After any other
 * reconnect they follow by themselves. `ask` returns when the answer has come; until then what is shown counts as missed.
 */
export function useMissed(ask: () => Promise<unknown>): void {
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => connection.onMissed(() => latest.current()), []);
}
