import { requestAsMember } from '../accounts/session.ts';
import type { Discount, DropKind } from '../drops/drop.ts';
import type { Page } from '../http/request.ts';

export type CouponState = 'usable' | 'used' | 'expired' | 'cancelled';
export type SlotState = 'held' | 'confirmed' | 'expired' | 'returned';
export type GrantState = CouponState | SlotState;

/** One unit in my hands (docs/api.md, `GET /v1/me/grants`); fields of the other kind are null. */
export interface Grant {
  id: string;
  kind: DropKind;
  dropId: string;
  title: string;
  imageUrl: string | null;
  serial: number;
  arrival: number;
  state: GrantState;
  grantedAt: string;
  code: string | null;
  validUntil: string | null;
  discount: Discount | null;
  holdUntil: string | null;
  price: number | null;
  currency: string | null;
  /** When it was used or confirmed. */
  settledAt: string | null;
  /** The merchant's own word for a coupon's use. */
  reference: string | null;
  /** A payment for it is on its way: it is kept, even past its hold. */
  paying: boolean;
}

/**
 * The state at this moment. What time ends, ends by the clock, as on the server: nobody has to be told. Only a payment that
 * is on its way keeps a slot beyond its hold.
 */
export function grantStateAt(grant: Grant, now: number): GrantState {
  if (grant.state === 'held' && !grant.paying && isPast(grant.holdUntil, now)) return 'expired';
  if (grant.state === 'usable' && isPast(grant.validUntil, now)) return 'expired';
  return grant.state;
}

function isPast(at: string | null, now: number): boolean {
  return at !== null && Date.parse(at) <= now;
}

/** Of two views of one grant the later: what was settled stays so, and an answer that says otherwise was overtaken on its way. */
export function laterOf(known: Grant, told: Grant): Grant {
  return isSettled(known) && !isSettled(told) ? known : told;
}

function isSettled({ state }: Grant): boolean {
  return state !== 'usable' && state !== 'held';
}

/** Whether the unit is still its holder's, spent or not; what has gone back no longer counts against the limit. */
export function isInHand({ state }: Grant): boolean {
  return state === 'usable' || state === 'used' || state === 'held' || state === 'confirmed';
}

/** The same by the clock: news may be told long after they happened. */
export function isInHandAt(grant: Grant, now: number): boolean {
  return isInHand({ ...grant, state: grantStateAt(grant, now) });
}

/** Its own page. */
export function grantPath({ id, kind }: Pick<Grant, 'id' | 'kind'>): string {
  return `/${kind === 'coupon' ? 'coupons' : 'slots'}/${id}`;
}

/** What I hold of one drop. */
export function loadGrantsOf(dropId: string): Promise<Page<Grant>> {
  return requestAsMember<Page<Grant>>(`/v1/me/grants?${new URLSearchParams({ dropId })}`);
}

export function loadGrant(id: string): Promise<Grant> {
  return requestAsMember<Grant>(`/v1/me/grants/${encodeURIComponent(id)}`);
}

export function loadGrants(kind: DropKind, state: GrantState, cursor: string | null): Promise<Page<Grant>> {
  const query = new URLSearchParams({ kind, state });
  if (cursor !== null) query.set('cursor', cursor);
  return requestAsMember<Page<Grant>>(`/v1/me/grants?${query}`);
}

/** A coupon is cancelled, a slot returned. Repeating it gives the same answer. */
export function giveBack(id: string): Promise<Grant> {
  return requestAsMember<Grant>(`/v1/me/grants/${encodeURIComponent(id)}/cancel`, { method: 'POST' });
}
