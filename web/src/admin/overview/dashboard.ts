import { requestAsMember } from '../../accounts/session.ts';
import type { Drop } from '../../drops/drop.ts';
import type { Fleet } from '../fleet/fleet.ts';

/** Amounts by currency, in its smallest unit. */
export type Money = Record<string, number>;

export interface Day {
  /** As the calendar of whoever looks has it: 2026-11-21. */
  day: string;
  granted: number;
  refused: number;
  faults: number;
  deliveriesSent: number;
  deliveriesFailed: number;
  payments: number;
  paid: Money;
  refunded: Money;
}

interface Sum {
  count: number;
  amount: number;
}

export interface Dashboard {
  serverTime: string;
  drops: Record<'scheduled' | 'open' | 'soldOut' | 'closed' | 'cancelled', number>;
  accounts: number;
  totals: Record<
    'granted' | 'arrivals' | 'held' | 'confirmed' | 'used' | 'expired' | 'cancelled' | 'returned' | 'waiting',
    number
  >;
  /** Oldest first, without a gap. */
  days: Day[];
  deliveries: {
    pending: number;
    failed: number;
    sent24h: number;
    failed24h: number;
    channels: Array<{ channel: string; pending: number; sent24h: number; failed24h: number }>;
  };
  payments: {
    pending: number;
    refunding: number;
    currencies: Array<{ currency: string; succeeded: Sum; refunded: Sum }>;
  };
  live: Array<{ drop: Drop; perMinute: number[] }>;
  upcoming: Drop[];
  fleet: Fleet;
}

export type Days = '7' | '30' | '90';

export function loadDashboard(days: Days): Promise<Dashboard> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return requestAsMember<Dashboard>(`/v1/dashboard?days=${days}&timeZone=${encodeURIComponent(timeZone)}`);
}

/** Nothing has been sold here, and nothing will be: the shop is new. */
export function isNew({ drops }: Dashboard): boolean {
  return Object.values(drops).every((count) => count === 0);
}

/** What somebody should look at, worst first. */
export type Concern =
  | { about: 'faults' | 'deliveriesFailed' | 'refunding' | 'processes'; count: number }
  | { about: 'nothing' };

export function concernsOf({ days, deliveries, payments }: Dashboard, ailing: number): Concern[] {
  const today = days.at(-1);
  const concerns: Concern[] = [
    { about: 'faults', count: today?.faults ?? 0 },
    { about: 'processes', count: ailing },
    { about: 'deliveriesFailed', count: deliveries.failed24h },
    { about: 'refunding', count: payments.refunding },
  ];
  const present = concerns.filter((concern) => concern.about !== 'nothing' && concern.count > 0);
  return present.length === 0 ? [{ about: 'nothing' }] : present;
}
