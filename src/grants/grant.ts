/**
 * A grant: one unit in one user's hands. A coupon is a grant of a coupon drop, a purchase slot one of a product drop.
 *
 *   coupon   usable ──its holder, or the till──> used          the unit is spent
 *              │├──────its holder──────────────> cancelled     the unit goes back
 *              │└──────validUntil──────────────> expired       the unit is spent: it was theirs to the end
 *
 *   slot     held ────a payment succeeds───────> confirmed     the unit is bought
 *              │├─────its holder───────────────> returned      the unit goes back
 *              │└─────holdUntil────────────────> expired       the unit goes back
 *
 * A unit that goes back is offered to the head of the waiting line, else it is on sale. While a payment is in flight a slot cannot be given back, and should its hold
 * end meanwhile it is kept a little longer, but not for ever (payments/payment.ts).
 *
 * What time alone decides holds at its moment, whoever asks first: an issued coupon past its validity reads as expired, and cannot be used, also in the moment before
 * the worker has written so (grants/expiry.ts).
 */
import type { Discount, Drop, DropKind } from '../drops/drop.ts';
import type { LedgerGrant } from '../ledger/grant-ledger.ts';
import { grantIdOf } from '../ledger/outcome.ts';

export const GRANT_STATES = ['usable', 'used', 'held', 'confirmed', 'cancelled', 'expired', 'returned'] as const;
export type GrantState = (typeof GRANT_STATES)[number];

/** Why a grant's holder is told of it. `unpaid`: a payment for it failed, and it may be paid again while its hold lasts. */
export type Because =
  | ('granted' | 'offered' | 'used' | 'cancelled' | 'returned' | 'expired' | 'confirmed')
  | ('paying' | 'unpaid');

export interface Grant {
  readonly id: string;
  readonly kind: DropKind;
  readonly dropId: string;
  readonly title: string;
  readonly imageUrl: string | null;
  readonly serial: number;
  readonly arrival: number;
  readonly state: GrantState;
  readonly grantedAt: string;
  readonly code: string | null;
  readonly validUntil: string | null;
  readonly discount: Discount | null;
  readonly holdUntil: string | null;
  readonly price: number | null;
  readonly currency: string | null;
  /** When it was used or confirmed. */
  readonly settledAt: string | null;
  /** The merchant's own word for the use of a coupon. */
  readonly reference: string | null;
  /** Whether a payment for it is in flight. */
  readonly paying: boolean;
}

/** A grant of this drop, as people see it at this moment. */
export function grantView(grant: LedgerGrant, drop: Drop, nowMs: number): Grant {
  const { dropId, serial, arrival, grantedAt, code, validUntil, holdUntil, settledAt, reference } = grant;
  const state = stateOf(grant, nowMs);
  return {
    ...{ id: grantIdOf(dropId, serial), kind: drop.kind, dropId, title: drop.title, imageUrl: drop.imageUrl },
    ...{ serial, arrival, state, grantedAt, code, validUntil, discount: drop.discount },
    ...{ holdUntil, price: drop.price, currency: drop.currency, settledAt, reference },
    paying: state === 'held' && grant.paymentId !== null,
  };
}

function stateOf({ state, expiresAt }: LedgerGrant, nowMs: number): GrantState {
  if ((state === 'issued' || state === 'held') && Date.parse(expiresAt) <= nowMs) return 'expired';
  return state === 'issued' ? 'usable' : state;
}
