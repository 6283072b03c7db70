import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { useLoad } from '../design/useLoad.ts';
import { messages } from '../language/language.ts';
import { connection } from '../realtime/connection.ts';
import { useMissed } from '../realtime/reconnected.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { PaymentEntry } from './PaymentEntry.tsx';
import { loadPayments, type Payment, withPayment } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';
import './payments.css';

/** Everything that I paid, or tried to, with what became of it. */
export default function ReceiptsPage() {
  const words = paymentMessages.value.all;
  useTitle(words.title);
  return (
    <div class="page narrow">
      <h1>{words.title}</h1>
      <MembersOnly>
        <PaymentList key={account.value?.id} />
      </MembersOnly>
    </div>
  );
}

function PaymentList() {
  const words = paymentMessages.value.all;
  const payments = useSignal<readonly Payment[]>([]);
  const next = useSignal<string | null>(null);
  const { state, reload, refresh } = useLoad('payments', async () => {
    const page = await loadPayments(null);
    payments.value = page.items;
    next.value = page.next;
  });
  useMissed(refresh);
  useEffect(
    () =>
      connection.onMessage((message) => {
        if (message.type === 'payment') payments.value = withPayment(payments.value, message.payment);
      }),
    [],
  );

  async function more(): Promise<void> {
    const page = await loadPayments(next.value).catch(() => null);
    if (!page) return;
    payments.value = page.items.reduce<readonly Payment[]>(withPayment, payments.value);
    next.value = page.next;
  }

  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  if (state.value.is === 'loading')
    return (
      <div class="payment-history" aria-busy="true">
        {[0, 1, 2].map((key) => (
          <div key={key} class="skeleton payment-skeleton" />
        ))}
      </div>
    );
  if (payments.value.length === 0)
    return (
      <div class="empty">
        <Icon name="card" size={36} />
        <p class="soft">{words.empty}</p>
        <a class="button primary" href="/">
          {messages.value.shell.toDrops}
        </a>
      </div>
    );
  return (
    <>
      <ul class="payment-history panel">
        {payments.value.map((payment) => (
          <PaymentEntry key={payment.id} payment={payment} isNamed />
        ))}
      </ul>
      {next.value !== null && (
        <button type="button" class="button wide" onClick={() => void more()}>
          {messages.value.shell.more}
        </button>
      )}
    </>
  );
}
