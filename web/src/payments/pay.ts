/**
 * A press on "pay".
 *
 *   ready ──press──> sending ──a payment──> ready      the payment stands in the list, as what it is: pending, succeeded or failed
 *                      │ │ └──refused─────> refused    said above the button; the slot is asked for again
 *                      │ └──no answer─────> repeating ──…──> as sending: the same press again, with the same key, and never a second charge
 *                      └──a payment to be approved at Toss──> approving ──its window is closed──> ready, or refused where it could not open
 *
 * Pending means that the provider has not answered yet: the result comes over the socket, or is asked for.
 */
import { type Signal, signal } from '@preact/signals';
import type { Grant } from '../grants/grant.ts';
import { askForGrant } from '../grants/grant-store.ts';
import { pressOnce } from '../http/press-once.ts';
import type { Payment, PaymentChoice } from './payment.ts';
import { rememberPayment } from './payment-store.ts';
import { openTossWindow } from './toss.ts';

export type PayView =
  /** `isAfterPress`: somebody has pressed in this visit, and looks for what came of it. */
  | { is: 'ready'; isAfterPress?: boolean }
  | { is: 'sending' }
  | { is: 'repeating' }
  | { is: 'approving' }
  | { is: 'refused'; error: unknown };

const views = new Map<string, Signal<PayView>>();

export function payView(grantId: string): Signal<PayView> {
  const known = views.get(grantId);
  if (known) return known;
  const made = signal<PayView>({ is: 'ready' });
  views.set(grantId, made);
  return made;
}

export async function pay(slot: Grant, choice: PaymentChoice): Promise<void> {
  const view = payView(slot.id);
  await once(slot.id, async () => {
    const payment = await pressOnce<Payment>(`/v1/me/grants/${encodeURIComponent(slot.id)}/payments`, {
      subject: `pay ${slot.id} ${JSON.stringify(choice)}`,
      method: 'POST',
      body: choice,
      onRepeat: () => {
        view.value = { is: 'repeating' };
      },
    });
    rememberPayment(payment);
    if (!payment.checkout) return;
    view.value = { is: 'approving' };
    await openTossWindow(payment.checkout, `/slots/${slot.id}?payment=${payment.id}`);
  });
}

/** Back from Toss's window, where the buyer has approved: now the money is taken. Repeating it is harmless. */
export async function approve(grantId: string, paymentId: string, approval: Record<string, string>): Promise<void> {
  await once(grantId, async () => {
    const payment = await pressOnce<Payment>(`/v1/me/payments/${encodeURIComponent(paymentId)}/approval`, {
      subject: `approve ${paymentId}`,
      method: 'POST',
      body: approval,
      onRepeat: () => {
        payView(grantId).value = { is: 'repeating' };
      },
    });
    rememberPayment(payment);
  });
}

export function refusePayment(grantId: string, error: unknown): void {
  payView(grantId).value = { is: 'refused', error };
}

async function once(grantId: string, send: () => Promise<void>): Promise<void> {
  const view = payView(grantId);
  if (view.value.is !== 'ready' && view.value.is !== 'refused') return;
  view.value = { is: 'sending' };
  const error = await send().then(
    () => null,
    (caught: unknown) => caught,
  );
  // Where the slot stands after that, also when no socket tells. What the slot itself says need not be said again.
  const slot = await askForGrant(grantId).catch(() => null);
  const isStillToPay = slot === null || (slot.value.state === 'held' && !slot.value.paying);
  view.value = error !== null && isStillToPay ? { is: 'refused', error } : { is: 'ready', isAfterPress: true };
}
