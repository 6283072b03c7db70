import { dateTime, money } from '../language/format.ts';
import { failureText } from './failure-text.ts';
import { methodWords } from './method-words.ts';
import { type Payment, receiptPath } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';

const tones = { pending: 'warn', succeeded: 'good', failed: '', refunding: 'warn', refunded: '' } as const;

/** One try to pay, as what it is; `isNamed` where it stands among those of other slots. */
export function PaymentEntry({ payment, isNamed = false }: { payment: Payment; isNamed?: boolean }) {
  const words = paymentMessages.value;
  return (
    <li data-state={payment.state}>
      {isNamed && (
        <h2 class="payment-title">
          <a href={`/slots/${payment.grantId}`}>{payment.title}</a>
        </h2>
      )}
      <div class="payment-line">
        <strong class="number">{money(payment.amount, payment.currency)}</strong>
        <span class={`chip ${tones[payment.state]}`}>{words.states[payment.state]}</span>
      </div>
      <p class="small soft number">
        {methodWords(payment.method).name} · {dateTime(payment.createdAt)}
      </p>
      <PaymentNote payment={payment} />
    </li>
  );
}

function PaymentNote({ payment }: { payment: Payment }) {
  const words = paymentMessages.value;
  const { state, failure, refundedAt } = payment;
  if (state === 'succeeded')
    return (
      <a class="payment-receipt" href={receiptPath(payment.id)} aria-label={`${words.receipt.title}: ${payment.title}`}>
        {words.receipt.title}
      </a>
    );
  if (state === 'pending') return <p class="small">{payment.checkout ? words.notApproved : words.pendingText}</p>;
  if (state === 'failed') return <p class="small">{failureText(failure)}</p>;
  if (state === 'refunding') return <p class="small">{`${failureText(failure)} ${words.refundingText}`}</p>;
  return <p class="small">{refundedAt === null ? words.states.refunded : words.refundedText(dateTime(refundedAt))}</p>;
}
