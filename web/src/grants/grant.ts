import { requestAsMember } from '../accounts/session.ts';
import type { Discount, DropKind } from '../drops/drop.ts';
import type { Page } from '../http/request.ts';

export type CouponState = 'usable' | 'used' | 'expired' | 'cancelled';
export type SlotState = 'held' | 'confirmed' | 'expired' | 'returned';

/** One unit in my hands (docs/api.md, `GET /v1/me/grants`); fields of the other kind are null. */
export interface Grant {
  id: string;
  kind: DropKind;
  dropId: string;
  title: string;
  imageUrl: string | null;
  serial: number;
  arrival: number;
  state: CouponState | SlotState;
  grantedAt: string;
  code: string | null;
  validUntil: string | null;
  discount: Discount | null;
  holdUntil: string | null;
  price: number | null;
  currency: string | null;
}

/** What I hold of one drop. */
export function loadGrantsOf(dropId: string): Promise<Page<Grant>> {
  return requestAsMember<Page<Grant>>(`/v1/me/grants?${new URLSearchParams({ dropId })}`);
}

export function loadGrants(kind: DropKind, cursor: string | null, state?: CouponState): Promise<Page<Grant>> {
  const query = new URLSearchParams({ kind });
  if (state) query.set('state', state);
  if (cursor !== null) query.set('cursor', cursor);
  return requestAsMember<Page<Grant>>(`/v1/me/grants?${query}`);
}
