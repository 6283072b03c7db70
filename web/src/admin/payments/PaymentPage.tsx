import { useRoute } from 'preact-iso/router';
import { Icon } from '../../design/Icon.tsx';
import { useLoad } from '../../design/useLoad.ts';
import { isNotFound } from '../../http/problem.ts';
import { dateTime, money } from '../../language/format.ts';
import { methodWords } from '../../payments/method-words.ts';
import { LoadFailure } from '../../shell/LoadFailure.tsx';
import { NotFoundPage } from '../../shell/NotFoundPage.tsx';
import { useTitle } from '../../shell/useTitle.ts';
import { exactTime } from '../list/exact-time.ts';
import '../list/list.css';
import { DetailRow } from '../DetailRow.tsx';
import { listMessages } from '../list/list-messages.ts';
import { type AdminPayment, loadAdminPayment } from './admin-payment.ts';
import { adminPaymentMessages } from './admin-payment-messages.ts';
import { failureWords } from './failure-words.ts';
import { PaymentStateChip } from './PaymentStateChip.tsx';
import './payment-page.css';

/** One payment: whose, for what, what became of it and why, and what the provider knows. */
export default function PaymentPage() {
  const id = useRoute().params['id'] ?? '';
  return <OnePayment key={id} id={id} />;
}

function OnePayment({ id }: { id: string }) {
  const words = adminPaymentMessages.value;
  const { state, reload, refresh } = useLoad(id, () => loadAdminPayment(id));
  useTitle(words.onePayment);
  if (state.value.is === 'failed') {
    return isNotFound(state.value.error) ? (
      <NotFoundPage title={words.notFound} href="/admin/payments" />
    ) : (
      <LoadFailure error={state.value.error} onRetry={reload} />
    );
  }
  return (
    <div class="page narrow" aria-busy={state.value.is === 'loading'}>
      <a class="back-link" href="/admin/payments">
        <Icon name="back" size={18} />
        {words.back}
      </a>
      {state.value.is === 'loading' ? (
        <div class="skeleton form-skeleton" />
      ) : (
        <PaymentFacts payment={state.value.value} onRefresh={() => void refresh().catch(() => undefined)} />
      )}
    </div>
  );
}

function PaymentFacts({ payment, onRefresh }: { payment: AdminPayment; onRefresh: () => void }) {
  const words = adminPaymentMessages.value;
  const { person, dropId, failure, receipt, decidedAt, refundedAt } = payment;
  const name = person.username;
  const nameQuery = name === null ? '' : `?username=${encodeURIComponent(name)}`;
  return (
    <section class="panel payment-facts">
      <div class="admin-head">
        <PaymentStateChip state={payment.state} />
        <button type="button" class="button" onClick={onRefresh}>
          {listMessages.value.reload}
        </button>
      </div>
      <h1 class="number">{money(payment.amount, payment.currency)}</h1>
      {failure !== null && <p class="banner">{failureWords(failure)}</p>}
      <dl class="facts">
        <DetailRow term={words.drop}>
          <a href={`/admin/drops/${encodeURIComponent(dropId)}`}>{payment.title}</a>
        </DetailRow>
        <DetailRow term={words.person}>
          {name === null ? (
            listMessages.value.nobody
          ) : (
            <>
              <strong>{name}</strong>
              <span class="payment-links small">
                <a href={`/admin/drops/${encodeURIComponent(dropId)}/people${nameQuery}`}>{words.inDrop}</a>
                <a href={`/admin/payments${nameQuery}`}>{words.theirs}</a>
              </span>
            </>
          )}
        </DetailRow>
        <DetailRow term={words.slot}>{payment.grantId}</DetailRow>
        <DetailRow term={words.method}>{methodWords(payment.method).name}</DetailRow>
        <DetailRow term={words.begun}>{exactTime(payment.createdAt)}</DetailRow>
        {decidedAt !== null && <DetailRow term={words.decided}>{exactTime(decidedAt)}</DetailRow>}
        {refundedAt !== null && <DetailRow term={words.refunded}>{dateTime(refundedAt)}</DetailRow>}
        {receipt !== null && (
          <DetailRow term={words.receipt}>
            {receipt.url === null ? (
              receipt.number
            ) : (
              <a href={receipt.url} target="_blank" rel="noreferrer">
                {receipt.number}
              </a>
            )}
          </DetailRow>
        )}
        <DetailRow term={words.checks}>{words.checked(payment.checks, payment.checkAt)}</DetailRow>
        {payment.providerKey !== null && <DetailRow term={words.providerKey}>{payment.providerKey}</DetailRow>}
        <DetailRow term={words.id}>{payment.id}</DetailRow>
      </dl>
    </section>
  );
}
