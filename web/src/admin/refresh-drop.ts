import type { Signal } from '@preact/signals';
import type { Drop } from '../drops/drop.ts';
import { knownDrop, rememberDrop } from '../drops/drop-store.ts';
import { connection } from '../realtime/connection.ts';

/** Takes a drop out of an answer. The socket is sooner: where the drop stands is not set back by an answer that was on its way meanwhile. */
export function refreshDrop(drop: Drop): Signal<Drop> {
  const known = knownDrop(drop.id);
  if (!known || !connection.isLive.peek()) return rememberDrop(drop);
  const { state, remaining, stock, waitingLine, waiting, lastGrantedArrival, opensAt, closesAt } = known.peek();
  return rememberDrop({
    ...drop,
    ...{ state, remaining, stock, waitingLine, waiting, lastGrantedArrival, opensAt, closesAt },
  });
}
