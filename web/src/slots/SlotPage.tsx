import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../design/Icon.tsx';
import { GrantFacts } from '../grants/GrantFacts.tsx';
import { GrantLoader } from '../grants/GrantLoader.tsx';
import type { Grant } from '../grants/grant.ts';
import { useGrantState } from '../grants/useGrant.ts';
import { money } from '../language/format.ts';
import { PaymentHistory } from '../payments/PaymentHistory.tsx';
import { PayPanel } from '../payments/PayPanel.tsx';
import { usePayments } from '../payments/usePayments.ts';
import { useTossReturn } from '../payments/useTossReturn.ts';
import { connection } from '../realtime/connection.ts';
import { useTitle } from '../shell/useTitle.ts';
import { GiveBack } from './GiveBack.tsx';
import { SlotBoard } from './SlotBoard.tsx';
import './slots.css';
import { slotMessages } from './slot-messages.ts';

export default function SlotPage({ id = '' }: { id?: string }) {
  return <GrantLoader id={id}>{(slot, refresh) => <SlotView source={slot} refresh={refresh} />}</GrantLoader>;
}

function SlotView({ source, refresh }: { source: Signal<Grant>; refresh: () => void }) {
  const slot = source.value;
  const { state, leftMs } = useGrantState(slot);
  const words = slotMessages.value;
  const { payments, refresh: refreshPayments } = usePayments(slot.id);
  useTitle(slot.title);
  useTossReturn(slot.id);
  useAskAgain(slot.paying, state === 'expired', () => {
    void refresh();
    void refreshPayments();
  });
  return (
    <article class="page narrow slot-page">
      <a class="back-link" href="/slots">
        <Icon name="back" size={18} />
        {words.title}
      </a>
      <header class="slot-head">
        <h1 data-long={slot.title.length > 40}>{slot.title}</h1>
        <p class="drop-offer number">
          {slot.price !== null && slot.currency !== null ? money(slot.price, slot.currency) : ''}
        </p>
      </header>
      <SlotBoard slot={slot} state={state} leftMs={leftMs} payments={payments} />
      {state === 'held' && <PayPanel slot={slot} payments={payments} />}
      {payments.length > 0 && <PaymentHistory payments={payments} />}
      <GrantFacts grant={slot} />
      {state === 'held' && !slot.paying && <GiveBack source={source} />}
    </article>
  );
}

const askAgainMs = 5_000;

/**
 * What the socket tells is not asked for. While nothing can be told, a payment on its way is asked about now and then; and when a
 * hold has ended by the clock the server has the last word: a payment may have kept it.
 */
function useAskAgain(isPaying: boolean, hasEnded: boolean, ask: () => void): void {
  const isHeard = connection.isHeard.value;
  useEffect(() => {
    if (!isPaying || isHeard) return undefined;
    const timer = setInterval(ask, askAgainMs);
    return () => clearInterval(timer);
  }, [isPaying, isHeard]);
  useEffect(() => {
    if (hasEnded) ask();
  }, [hasEnded]);
}
