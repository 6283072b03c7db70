/**
 * What a change of a payment means to its buyer: a message with its slot where that has changed, at its end one with the payment, and a notification.
 * A payment that ended because its slot did, before anybody was asked for money, is no news beside that.
 */
import type { Drop } from '../drops/drop.ts';
import { grantView } from '../grants/grant.ts';
import type { LedgerGrant } from '../ledger/grant-ledger.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import { type PaymentState, paymentView, type StoredPayment } from '../payments/payment.ts';
import { grantMessage, paymentMessage } from '../realtime/messages.ts';
import type { Tidings } from './tidings.ts';

export interface PaymentChange {
  /** What it became by this change; it may have gone on since. */
  readonly became: PaymentState;
  readonly payment: StoredPayment;
  readonly slot: LedgerGrant;
}

const RESULTS = ['succeeded', 'failed', 'refunded'] as const;

export function tellOfPayment(tidings: Tidings, change: PaymentChange, drop: Drop, nowMs: number): void {
  const { became, payment, slot } = change;
  const { userId, dropId, title, id: paymentId, amount, currency, failure } = payment;
  // That it is on its way shows on its slot, unless it has come to its end by now.
  if (became !== 'pending') tidings.messages.push({ userId, body: paymentMessage(paymentView(payment)) });
  const because = becauseOf(change);
  if (because !== undefined) {
    tidings.messages.push({ userId, body: grantMessage(because, grantView(slot, drop, nowMs)) });
  }
  const state = RESULTS.find((result) => result === became);
  if (state === undefined || (state === 'failed' && payment.askedAt === null)) return;
  const grantId = grantIdOf(dropId, slot.serial);
  const data = { dropId, title, grantId, paymentId, state, amount, currency, failure };
  tidings.notices.push({ userId, type: 'payment_result', data, dedupeKey: `payment_result ${paymentId} ${state}` });
}

/** That a payment has confirmed its slot stands in the drop's log. */
function becauseOf({ became, slot }: PaymentChange): 'paying' | 'unpaid' | undefined {
  if (slot.state !== 'held') return undefined;
  if (became === 'pending') return slot.paymentId === null ? undefined : 'paying';
  return slot.paymentId === null && became !== 'succeeded' ? 'unpaid' : undefined;
}
