import { useEffect } from 'preact/hooks';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { type Pages, usePages } from '../design/usePages.ts';
import { messages } from '../language/language.ts';
import { connection } from '../realtime/connection.ts';
import { useMissed } from '../realtime/reconnected.ts';
import { ListEnd } from '../shell/ListEnd.tsx';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { PaymentEntry } from './PaymentEntry.tsx';
import { laterOf, loadPayments, type Payment, withPayment } from './payment.ts';
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
  const pages: Pages<Payment> = usePages(
    'payments',
    async (cursor) => {
      const page = await loadPayments(cursor);
      return { ...page, items: page.items.map((payment) => laterOf(pages.items.peek(), payment)) };
    },
    ({ id }) => id,
  );
  const { state, items: payments, next, reload, refresh, more } = pages;
  useMissed(refresh);
  useEffect(
    () =>
      connection.onMessage((message) => {
        if (message.type === 'payment') payments.value = withPayment(payments.value, message.payment);
      }),
    [],
  );

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
      <ListEnd next={next.value} more={more} />
    </>
  );
}
