/** The tries to pay, by slot, kept true by the socket's messages; loaded with the pages that show them. */
import { type Signal, signal } from '@preact/signals';
import { connection } from '../realtime/connection.ts';
import { loadPaymentsOf, type Payment, withPayment } from './payment.ts';

const bySlot = new Map<string, Signal<readonly Payment[]>>();

connection.onMessage((message) => {
  if (message.type === 'payment') rememberPayment(message.payment);
});

export function paymentsOf(grantId: string): Signal<readonly Payment[]> {
  const known = bySlot.get(grantId);
  if (known) return known;
  const made = signal<readonly Payment[]>([]);
  bySlot.set(grantId, made);
  return made;
}

export function rememberPayment(payment: Payment): void {
  const payments = paymentsOf(payment.grantId);
  payments.value = withPayment(payments.value, payment);
}

export async function askForPayments(grantId: string): Promise<void> {
  const page = await loadPaymentsOf(grantId);
  for (const payment of page.items) rememberPayment(payment);
}
