/**
 * A payment: one try to buy a slot. Between a provider and us anything can be lost: the question, the answer, this process. So first it is written down that the
 * provider is about to be asked, then it is asked, then what it said is written down; and whoever finds a payment that stopped half-way asks the provider's books.
 *
 *   pending, not asked ──its buyer approves──> pending, asked ──charged, and the slot is kept──> succeeded    the slot is confirmed
 *        │  (at the provider, where it has       │  │   └─charged, and the slot is gone──> refunding ──the money is back──> refunded
 *        │   a page of its own; else at once)    │  └─declined──> failed
 *        └─the slot is gone──> failed            └─the provider knows nothing of it for PAYMENT_GRACE_SECONDS──> failed ──charged after all──> refunding
 *
 * A slot has one payment in flight (asked, and pending) at a time. While it has, it cannot be given back; should its hold end meanwhile, it is kept until the grace is over,
 * and then it goes, whatever becomes of the payment: a charge that comes later is given back.
 *
 * `refunding` is never given up: the money is somebody's. Nor is a pending payment failed while its provider's books cannot be read.
 *
 *   who may decide      the provider's answer (desk.ts), or its books (reconciliation.ts), on any process, at the same time: under the drop's lock the first one does, and
 *                       the others find it done (decide.sql)
 *   killed after open   a page is waited for: it ends with the slot. Where none is, opening and beginning are one commit
 *   … after begin       its books know nothing: failed after the grace. Its buyer may try again
 *   … after the charge  its books know: confirmed, or given back
 *   … after the refund  its books know: refunded
 */
import { grantIdOf } from '../ledger/outcome.ts';
import { isoTime } from '../ledger/standing.ts';
import type { Order } from './method.ts';

export const PAYMENT_STATES = ['pending', 'succeeded', 'failed', 'refunding', 'refunded'] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** As payment_json tells it; times are ISO 8601. */
export interface StoredPayment {
  readonly id: string;
  readonly dropId: string;
  readonly serial: number;
  readonly userId: string;
  readonly method: string;
  readonly title: string;
  readonly amount: number;
  readonly currency: string;
  readonly state: PaymentState;
  /** A DeclineReason, `no_answer`, `amount_differs`, or why the slot could not be paid: `slot_expired` … */
  readonly failure: string | null;
  readonly createdAt: string;
  /** When the provider was asked to take the money: from here on it may have been taken. */
  readonly askedAt: string | null;
  readonly decidedAt: string | null;
  readonly refundedAt: string | null;
  /** To the microsecond: who moves it says what it was. */
  readonly checkAt: string | null;
  readonly checks: number;
  readonly providerKey: string | null;
  readonly receiptUrl: string | null;
}

export type Checkout = Readonly<Record<string, string | number>>;

/** As its buyer sees it. */
export interface Payment {
  readonly id: string;
  readonly grantId: string;
  readonly dropId: string;
  readonly title: string;
  readonly method: string;
  readonly amount: number;
  readonly currency: string;
  readonly state: PaymentState;
  readonly failure: string | null;
  readonly createdAt: string;
  readonly decidedAt: string | null;
  readonly refundedAt: string | null;
  readonly receipt: { readonly number: string; readonly url: string | null } | null;
  /** What the provider's page needs, while the buyer's approval is waited for. */
  readonly checkout?: Checkout;
}

/** The times as ours. */
export function readPayment(payment: StoredPayment): StoredPayment {
  return {
    ...payment,
    createdAt: isoTime(payment.createdAt),
    askedAt: isoTime(payment.askedAt),
    decidedAt: isoTime(payment.decidedAt),
    refundedAt: isoTime(payment.refundedAt),
  };
}

/** Whether its buyer can still approve it. */
export function awaitsApproval({ state, askedAt }: StoredPayment): boolean {
  return state === 'pending' && askedAt === null;
}

export function isInFlight({ state, askedAt }: StoredPayment): boolean {
  return state === 'pending' && askedAt !== null;
}

/** The payment as its provider knows it. */
export function orderOf({ id, userId, title, amount, currency }: StoredPayment): Order {
  return { id, userId, title, amount, currency };
}

export function paymentView(payment: StoredPayment, checkout?: Checkout): Payment {
  const { id, dropId, serial, title, method, amount, currency, state, failure } = payment;
  const { createdAt, decidedAt, refundedAt, receiptUrl } = payment;
  const grantId = grantIdOf(dropId, serial);
  return {
    ...{ id, grantId, dropId, title, method, amount, currency, state, failure, createdAt, decidedAt, refundedAt },
    // A slot is paid once, so its grant's id is a number that no other receipt has.
    receipt: state === 'succeeded' ? { number: `R-${grantId}`, url: receiptUrl } : null,
    ...(checkout && { checkout }),
  };
}
