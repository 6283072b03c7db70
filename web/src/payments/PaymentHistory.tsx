import { dateTime, money } from '../language/format.ts';
import { failureText } from './failure-text.ts';
import { methodWords } from './method-words.ts';
import { type Payment, receiptPath } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';

const tones = { pending: 'warn', succeeded: 'good', failed: '', refunding: 'warn', refunded: '' } as const;

/** Every try, newest first, as what it is. */
export function PaymentHistory({ payments }: { payments: readonly Payment[] }) {
  const words = paymentMessages.value;
  return (
    <section class="payment-history">
      <h2>{words.history}</h2>
      <ul>
        {payments.map((payment) => (
          <li key={payment.id} data-state={payment.state}>
            <div class="payment-line">
              <strong class="number">{money(payment.amount, payment.currency)}</strong>
              <span class={`chip ${tones[payment.state]}`}>{words.states[payment.state]}</span>
            </div>
            <p class="small soft number">
              {methodWords(payment.method).name} · {dateTime(payment.createdAt)}
            </p>
            <PaymentNote payment={payment} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PaymentNote({ payment }: { payment: Payment }) {
  const words = paymentMessages.value;
  const { state, failure, refundedAt } = payment;
  if (state === 'succeeded') return <a href={receiptPath(payment.id)}>{words.receipt.title}</a>;
  if (state === 'pending') return <p class="small">{payment.checkout ? words.notApproved : words.pendingText}</p>;
  if (state === 'failed') return <p class="small">{failureText(failure)}</p>;
  if (state === 'refunding') return <p class="small">{`${failureText(failure)} ${words.refundingText}`}</p>;
  return <p class="small">{refundedAt === null ? words.states.refunded : words.refundedText(dateTime(refundedAt))}</p>;
}
