import type { Drop } from '../../drops/drop.ts';
import { serverNow } from '../../realtime/clock.ts';

/** Where the drop stood when its people were asked for: the list does not follow a running sale. */
export interface Seen extends Pick<Drop, 'remaining' | 'waiting' | 'lastGrantedArrival'> {
  /** By the server's clock. */
  at: number;
}

export function seenOf({ remaining, waiting, lastGrantedArrival }: Drop): Seen {
  return { remaining, waiting, lastGrantedArrival, at: serverNow() };
}

/** Somebody has got a unit, lost it, or joined or left the line since. Who was refused leaves no trace in the drop. */
export function hasMoved(seen: Seen, drop: Drop): boolean {
  return (
    seen.remaining !== drop.remaining ||
    seen.waiting !== drop.waiting ||
    seen.lastGrantedArrival !== drop.lastGrantedArrival
  );
}
