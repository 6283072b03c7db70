export type DropState = 'scheduled' | 'open' | 'sold_out' | 'closed' | 'cancelled';

export type Discount = { percent: number } | { amount: number; currency: string };

interface DropCommon {
  id: string;
  title: string;
  description: string | null;
  imageUrl: string | null;
  state: DropState;
  opensAt: string;
  closesAt: string | null;
  stock: number;
  remaining: number;
  /** The latest arrival that got a unit. */
  lastGrantedArrival: number | null;
  perUserLimit: number;
  /** Whether people can wait for units that come back. */
  waitingLine: boolean;
  /** How many do. What is left is theirs first, so the drop is sold out to everyone else. */
  waiting: number;
  createdAt: string;
  /** Another one when the terms are others. What only looks like a drop (a preview) has none. */
  version?: string;
}

export interface CouponDrop extends DropCommon {
  kind: 'coupon';
  discount: Discount;
  validUntil: string | null;
  validForDays: number | null;
}

export interface ProductDrop extends DropCommon {
  kind: 'product';
  /** In the currency's smallest unit. */
  price: number;
  currency: string;
  holdMinutes: number;
}

/** A drop as everyone reads it (docs/api.md). */
export type Drop = CouponDrop | ProductDrop;

export type DropKind = Drop['kind'];

/**
 * The state at this moment: the live view's `drop` messages may arrive a little after the clock passed the opening or
 * the end, and pages must not wait for them. Only the clock's two moves are made here; the rest is the server's word.
 */
export function stateAt(drop: Drop, now: number): DropState {
  if (drop.state === 'scheduled' && now >= Date.parse(drop.opensAt)) return drop.remaining > 0 ? 'open' : 'sold_out';
  const hasEnded = drop.closesAt !== null && now >= Date.parse(drop.closesAt);
  if (hasEnded && (drop.state === 'open' || drop.state === 'sold_out')) return 'closed';
  return drop.state;
}

export function isOver(state: DropState): boolean {
  return state === 'sold_out' || state === 'closed' || state === 'cancelled';
}
