import type { Signal } from '@preact/signals';
import { account } from '../accounts/session.ts';
import { type Loaded, useLoad } from '../design/useLoad.ts';
import { useCountdown } from '../drops/useCountdown.ts';
import { serverNow } from '../realtime/clock.ts';
import { useMissed } from '../realtime/reconnected.ts';
import { type Grant, type GrantState, grantStateAt } from './grant.ts';
import { askForGrant } from './grant-store.ts';

/** One of my grants, asked for now, and whenever messages about it were missed; `refresh` asks again behind what is shown. */
export function useGrant(id: string): {
  state: Signal<Loaded<Signal<Grant>>>;
  reload: () => void;
  refresh: () => Promise<void>;
} {
  const loading = useLoad(`${id} ${account.value?.id}`, () => askForGrant(id));
  useMissed(loading.refresh);
  return loading;
}

/** The grant's state at this moment by the server's clock, and how long it still has; renders again when the clock changes it. */
export function useGrantState(grant: Grant): { state: GrantState; leftMs: number | null } {
  const isOpen = grant.state === 'held' || grant.state === 'usable';
  const leftMs = useCountdown(isOpen ? (grant.holdUntil ?? grant.validUntil) : null);
  return { state: grantStateAt(grant, serverNow()), leftMs };
}
