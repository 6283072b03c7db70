import { serverNow } from '../realtime/clock.ts';
import { type Drop, type DropState, isOver, stateAt } from './drop.ts';
import { useCountdown } from './useCountdown.ts';

/** The drop's state at this moment by the server's clock; the component renders again when the clock changes it. */
export function useDropState(drop: Drop): { state: DropState; untilOpeningMs: number } {
  const untilOpening = useCountdown(drop.state === 'scheduled' ? drop.opensAt : null);
  useCountdown(isOver(drop.state) ? null : drop.closesAt);
  return { state: stateAt(drop, serverNow()), untilOpeningMs: untilOpening ?? 0 };
}
