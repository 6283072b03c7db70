/** The people in a drop (docs/api.md, `GET /v1/drops/{id}/people`): each claim with its person, its place in line and the unit that came of it. */
import { requestAsMember } from '../../accounts/session.ts';
import type { GrantState } from '../../grants/grant.ts';
import type { Page } from '../../http/request.ts';
import type { PaymentState } from '../../payments/payment.ts';
import { oneOf } from '../list/useAddressFilter.ts';

export const groups = ['holders', 'waiting', 'refused', 'all'] as const;
export type Group = (typeof groups)[number];

export const grantStates = {
  coupon: ['usable', 'used', 'expired', 'cancelled'],
  product: ['held', 'confirmed', 'expired', 'returned'],
} as const;

export interface PersonInDrop {
  arrival: number;
  claimedAt: string;
  outcome: 'granted' | 'sold_out' | 'limit_reached' | 'closed';
  /** The name is null when the account is gone. */
  person: { id: string; username: string | null };
  line: { state: 'waiting' | 'offered' | 'left' | 'passed'; position: number | null } | null;
  grant: {
    id: string;
    serial: number;
    state: GrantState;
    grantedAt: string;
    holdUntil: string | null;
    validUntil: string | null;
    settledAt: string | null;
    reference: string | null;
    paying: boolean;
    payment: { id: string; state: PaymentState; amount: number; currency: string } | null;
  } | null;
}

export interface PeopleFilter {
  who: Group;
  /** An empty word: all of them. */
  state: GrantState | '';
  username: string;
}

const anyState = [...grantStates.coupon, ...grantStates.product];

export function readPeopleFilter(search: string): PeopleFilter {
  const query = new URLSearchParams(search);
  const who = oneOf(groups, query.get('who')) || 'holders';
  return {
    who,
    // Only units have states.
    state: who === 'holders' ? oneOf(anyState, query.get('state')) : '',
    username: (query.get('username') ?? '').slice(0, 40),
  };
}

export function loadPeople(
  dropId: string,
  filter: PeopleFilter,
  cursor: string | null,
  limit = 30,
): Promise<Page<PersonInDrop>> {
  // All that concerns one person, whichever group was looked at.
  const { who, state, username } = filter;
  const asked = username === '' ? { who, ...(state === '' ? {} : { state }) } : { who: 'all', username };
  const query = new URLSearchParams({ ...asked, limit: String(limit) });
  if (cursor !== null) query.set('cursor', cursor);
  return requestAsMember(`/v1/drops/${encodeURIComponent(dropId)}/people?${query}`);
}
