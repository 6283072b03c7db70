import { requestAsMember } from '../../accounts/session.ts';
import type { Drop } from '../../drops/drop.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { SecondsAnswer } from './second-window.ts';

/** Units by what has become of them: `issued`, `used` and `cancelled` of coupons; `held`, `confirmed`, `expired` and `returned` of slots. */
export type UnitState = 'issued' | 'used' | 'held' | 'confirmed' | 'cancelled' | 'expired' | 'returned';

/** The ledger's own figures: the truth. */
export interface Totals {
  arrivals: number;
  /** In hands, or used, or paid. */
  granted: number;
  remaining: number;
  waiting: number;
  serials: number;
  states: Record<UnitState, number>;
  paid: { count: number; amount: number };
  pendingPayments: number;
}

export interface MonitorAnswer {
  drop: Drop;
  serverTime: string;
  totals: Totals;
  /** What the processes answered. */
  seconds: SecondsAnswer;
  fleet: Fleet;
}

/** `after`: the last second that is known already; the answer begins a little before it. */
export function loadMonitor(dropId: string, after: number | null): Promise<MonitorAnswer> {
  const query = after === null ? '' : `?after=${after}`;
  return requestAsMember<MonitorAnswer>(`/v1/drops/${encodeURIComponent(dropId)}/monitor${query}`);
}
