import { PaymentEntry } from './PaymentEntry.tsx';
import type { Payment } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';

/** Every try to pay one slot, newest first. */
export function PaymentHistory({ payments }: { payments: readonly Payment[] }) {
  return (
    <section class="payment-history">
      <h2>{paymentMessages.value.history}</h2>
      <ul>
        {payments.map((payment) => (
          <PaymentEntry key={payment.id} payment={payment} />
        ))}
      </ul>
    </section>
  );
}
