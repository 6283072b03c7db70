/**
 * A grant: one unit in one user's hands. A coupon is a grant of a coupon drop, a purchase slot one of a product drop.
 *
 *   coupon   usable ──> used · cancelled · expired (at validUntil)
 *   slot     held ──> confirmed · returned · expired (at holdUntil)
 *
 * What time alone decides is never stored: an issued coupon past its validity reads as expired, whoever asks first.
 */
import type { Discount, DropKind } from '../drops/drop.ts';

export const GRANT_STATES = ['usable', 'used', 'held', 'confirmed', 'cancelled', 'expired', 'returned'] as const;
export type GrantState = (typeof GRANT_STATES)[number];

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
}
