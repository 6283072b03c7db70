import type { Drop, DropState } from '../../drops/drop.ts';
import type { Totals } from './monitor.ts';

/**
 * What a sale has come to, in the one sentence that matters most right now. `settled`: nothing more can happen to any unit; the best end that there is.
 */
export type Standing = 'scheduled' | 'open' | 'soldOut' | 'settled' | 'closed' | 'cancelled';

export function standingOf(drop: Drop, state: DropState, totals: Totals | null): Standing {
  if (state === 'scheduled' || state === 'cancelled') return state;
  if (totals !== null && isSettled(drop, totals)) return 'settled';
  if (state === 'sold_out') return 'soldOut';
  return state;
}

/** Every unit of the stock is paid; of a coupon drop, used. */
function isSettled(drop: Drop, { states }: Totals): boolean {
  return (drop.kind === 'product' ? states.confirmed : states.used) >= drop.stock;
}
