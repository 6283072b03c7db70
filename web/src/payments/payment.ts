import { requestAsMember } from '../accounts/session.ts';
import type { Page } from '../http/request.ts';

export type PaymentState = 'pending' | 'succeeded' | 'failed' | 'refunding' | 'refunded';

/** What Toss's window asks for. */
export interface TossCheckout {
  clientKey: string;
  orderId: string;
  orderName: string;
  amount: number;
  currency: string;
}

/** One try to pay a slot (docs/api.md, "Payments"). */
export interface Payment {
  id: string;
  grantId: string;
  dropId: string;
  title: string;
  method: string;
  /** In the currency's smallest unit. */
  amount: number;
  currency: string;
  state: PaymentState;
  /** Why it failed, or why it is given back. */
  failure: string | null;
  createdAt: string;
  decidedAt: string | null;
  refundedAt: string | null;
  receipt: { number: string; url: string | null } | null;
  /** The buyer has to approve at the provider first. */
  checkout?: TossCheckout;
}

export interface TestCard {
  card: string;
  /** What the sandbox will do with it. */
  effect: string;
}

/** A way to pay that this server offers. */
export interface PaymentMethod {
  name: 'sandbox' | 'points' | 'toss';
  /** Only where no money moves. */
  testCards?: TestCard[];
}

/** What is sent to start a payment; a test card for the sandbox, where something is to be paid. */
export interface PaymentChoice {
  method: PaymentMethod['name'];
  card?: string;
}

export function loadPaymentMethods(): Promise<{ items: PaymentMethod[] }> {
  return requestAsMember('/v1/payment-methods');
}

export function loadPoints(): Promise<{ balance: number }> {
  return requestAsMember('/v1/me/points');
}

export function loadPayment(id: string): Promise<Payment> {
  return requestAsMember(`/v1/me/payments/${encodeURIComponent(id)}`);
}

export function loadPaymentsOf(grantId: string): Promise<Page<Payment>> {
  return requestAsMember(`/v1/me/payments?${new URLSearchParams({ grantId })}`);
}

/** All of mine, newest first. */
export function loadPayments(cursor: string | null): Promise<Page<Payment>> {
  return requestAsMember(`/v1/me/payments${cursor === null ? '' : `?${new URLSearchParams({ cursor })}`}`);
}

/** Its printable page. */
export function receiptPath(paymentId: string): string {
  return `/receipts/${encodeURIComponent(paymentId)}`;
}

/** The tries of one slot, newest first, with this one in its place. */
export function withPayment(payments: readonly Payment[], told: Payment): Payment[] {
  return [...payments.filter(({ id }) => id !== told.id), laterOf(payments, told)].sort((left, right) =>
    right.createdAt.localeCompare(left.createdAt),
  );
}

/** A payment only moves on: what says otherwise was overtaken on its way. */
export function laterOf(payments: readonly Payment[], told: Payment): Payment {
  const known = payments.find(({ id }) => id === told.id);
  return known && steps[known.state] > steps[told.state] ? known : told;
}

const steps: Record<PaymentState, number> = { pending: 0, failed: 1, succeeded: 1, refunding: 2, refunded: 3 };
