import { effect, untracked } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { connection } from './connection.ts';

/**
 * Calls back whenever the socket knows this person (again): what was told in between was missed, so ask. Returns how to
 * stop it.
 */
export function onReconnected(callback: () => void): () => void {
  let wasHeard = connection.takesClaims.peek();
  return effect(() => {
    const isHeard = connection.takesClaims.value;
    const isAgain = isHeard && !wasHeard;
    wasHeard = isHeard;
    if (isAgain) untracked(callback);
  });
}

export function useReconnected(callback: () => void): void {
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => onReconnected(() => latest.current()), []);
}
