import { effect, type ReadonlySignal, untracked } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { connection } from './connection.ts';

/** Calls back whenever this person is heard (again): the network is back. Returns how to stop it. */
export function onReconnected(callback: () => void): () => void {
  return onGrowth(connection.isHeard, callback);
}

/** As `useMissed`, for what lives as long as the page. */
export function onMissed(callback: () => void): () => void {
  return onGrowth(connection.missed, callback);
}

/**
 * Calls back when messages for this person were missed, or may have been told before the first of them could be heard: what is shown
 * is worth asking for again. After any other reconnect they follow by themselves.
 */
export function useMissed(callback: () => void): void {
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => onMissed(() => latest.current()), []);
}

function onGrowth(source: ReadonlySignal<number | boolean>, callback: () => void): () => void {
  let known = source.peek();
  return effect(() => {
    const isMore = source.value > known;
    known = source.value;
    if (isMore) untracked(callback);
  });
}
