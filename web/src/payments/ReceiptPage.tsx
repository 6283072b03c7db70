import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { Logo } from '../design/Logo.tsx';
import { useLoad } from '../design/useLoad.ts';
import { isNotFound } from '../http/problem.ts';
import { dateTime, money } from '../language/format.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { methodWords } from './method-words.ts';
import { loadPayment, type Payment } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';
import './receipt.css';

/** Proof of a payment, on one printed page. */
export default function ReceiptPage({ id = '' }: { id?: string }) {
  useTitle(paymentMessages.value.receipt.title);
  return (
    <MembersOnly>
      <ReceiptLoader key={id} id={id} />
    </MembersOnly>
  );
}

function ReceiptLoader({ id }: { id: string }) {
  const { state, reload } = useLoad(`${id} ${account.value?.id}`, () => loadPayment(id));
  const words = paymentMessages.value.receipt;
  if (state.value.is === 'loading')
    return (
      <div class="page narrow" aria-busy="true">
        <div class="skeleton receipt" />
      </div>
    );
  if (state.value.is === 'failed') {
    const { error } = state.value;
    if (isNotFound(error)) return <NotFoundPage title={words.notFound} />;
    return <LoadFailure error={state.value.error} onRetry={reload} />;
  }
  const { receipt } = state.value.value;
  return receipt === null ? (
    <NotFoundPage title={words.notFound} />
  ) : (
    <Receipt payment={state.value.value} number={receipt.number} providerUrl={receipt.url} />
  );
}

interface ReceiptProps {
  payment: Payment;
  number: string;
  providerUrl: string | null;
}

function Receipt({ payment, number, providerUrl }: ReceiptProps) {
  const words = paymentMessages.value;
  const rows: [string, string][] = [
    [words.receipt.number, number],
    [words.receipt.buyer, account.value?.username ?? ''],
    [words.receipt.item, payment.title],
    [words.receipt.method, methodWords(payment.method).name],
    [words.receipt.paidAt, dateTime(payment.decidedAt ?? payment.createdAt)],
  ];
  return (
    <div class="page narrow receipt-page">
      <a class="back-link" href={`/slots/${payment.grantId}`}>
        <Icon name="back" size={18} />
        {words.receipt.back}
      </a>
      <article class="receipt panel">
        <header>
          <Logo />
          <strong>Doorbuster</strong>
          <h1>{words.receipt.title}</h1>
        </header>
        <dl class="facts">
          {rows.map(([term, text]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd class="number">{text}</dd>
            </div>
          ))}
        </dl>
        <p class="receipt-total">
          <span>{words.receipt.total}</span>
          <strong class="number">{money(payment.amount, payment.currency)}</strong>
        </p>
        {payment.method === 'sandbox' && <p class="small soft">{words.receipt.sandbox}</p>}
      </article>
      <div class="receipt-actions">
        <button type="button" class="button primary" onClick={() => print()}>
          <Icon name="print" />
          {words.receipt.print}
        </button>
        <a class="button" href="/receipts">
          {words.all.toAll}
        </a>
        {providerUrl !== null && (
          <a class="button" href={providerUrl} target="_blank" rel="noreferrer">
            {words.receipt.provider}
          </a>
        )}
      </div>
    </div>
  );
}
