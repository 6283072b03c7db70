/** All payments (docs/api.md, `GET /v1/payments`), as administrators see them: with whose they are, and how the provider was asked. */
import { requestAsMember } from '../../accounts/session.ts';
import type { Page } from '../../http/request.ts';
import type { Payment, PaymentState } from '../../payments/payment.ts';
import { oneOf, writeFilter } from '../list/useAddressFilter.ts';

export const paymentStates = ['pending', 'succeeded', 'failed', 'refunding', 'refunded'] as const;
export const paymentMethods = ['sandbox', 'points', 'toss'] as const;

export interface AdminPayment extends Payment {
  /** The name is null when the account is gone. */
  person: { id: string; username: string | null };
  /** How often the provider was asked what became of it. */
  checks: number;
  /** When it is asked next; null when there is nothing left to ask. */
  checkAt: string | null;
  /** What the provider calls it. */
  providerKey: string | null;
}

/** An empty word: all of them. */
export interface PaymentFilter {
  state: PaymentState | '';
  method: string;
  currency: string;
  username: string;
  dropId: string;
}

export const unfiltered: PaymentFilter = { state: '', method: '', currency: '', username: '', dropId: '' };

export function readPaymentFilter(search: string): PaymentFilter {
  const query = new URLSearchParams(search);
  const currency = (query.get('currency') ?? '').toUpperCase();
  return {
    state: oneOf(paymentStates, query.get('state')),
    method: oneOf(paymentMethods, query.get('method')),
    currency: /^[A-Z]{3}$/.test(currency) ? currency : '',
    username: (query.get('username') ?? '').slice(0, 40),
    dropId: /^\d{1,18}$/.test(query.get('dropId') ?? '') ? (query.get('dropId') ?? '') : '',
  };
}

export function loadPayments(filter: PaymentFilter, cursor: string | null): Promise<Page<AdminPayment>> {
  const query = new URLSearchParams(writeFilter(filter));
  query.set('limit', '30');
  if (cursor !== null) query.set('cursor', cursor);
  return requestAsMember<Page<AdminPayment>>(`/v1/payments?${query}`);
}

export function loadAdminPayment(id: string): Promise<AdminPayment> {
  return requestAsMember<AdminPayment>(`/v1/payments/${encodeURIComponent(id)}`);
}
