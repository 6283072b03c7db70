import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { account } from '../accounts/session.ts';
import type { Drop, DropState } from '../drops/drop.ts';
import { serverNow } from '../realtime/clock.ts';

type TellMe = typeof import('./TellMe.tsx').default;

/** Around the opening nobody asks for what can wait, and after it not all at once. */
const quietMilliseconds = (2 + 3 * Math.random()) * 60_000;

/**
 * Where "tell me" stands on a drop's page. It comes when the page is there, and not in the hardest minute; its place is kept before, and when
 * it has gone with the opening, so that nothing moves.
 */
export function TellMePlace({ drop, state }: { drop: Drop; state: DropState }) {
  const TellMe = useSignal<TellMe | null>(null);
  const isWanted = account.value !== null && (state === 'scheduled' || state === 'sold_out');
  const isQuiet = Math.abs(serverNow() - Date.parse(drop.opensAt)) > quietMilliseconds;
  useEffect(() => {
    if (!isWanted || !isQuiet || TellMe.value) return;
    import('./TellMe.tsx').then(
      (loaded) => {
        TellMe.value = loaded.default;
      },
      // A convenience: the page is whole without it.
      () => undefined,
    );
  }, [isWanted, isQuiet]);
  const hasPlace = useRef(false);
  hasPlace.current ||= isWanted;
  if (!hasPlace.current) return null;
  return (
    <div class="tell-place">{isWanted && isQuiet && TellMe.value && <TellMe.value drop={drop} state={state} />}</div>
  );
}
