import { useEffect, useRef } from 'preact/hooks';
import { useLoad } from '../design/useLoad.ts';
import type { Grant } from '../grants/grant.ts';
import { refusalText } from '../grants/refusal-text.ts';
import { Problem } from '../http/problem.ts';
import { PayForm } from './PayForm.tsx';
import { payView } from './pay.ts';
import { loadPaymentMethods, type Payment } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';
import './payments.css';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { failureText } from './failure-text.ts';
import { TossFailed } from './toss.ts';

/** Everything about paying a slot that is still held: what came of the last try, and the next one. */
export function PayPanel({ slot, payments }: { slot: Grant; payments: readonly Payment[] }) {
  const words = paymentMessages.value;
  const { state, reload } = useLoad('methods', loadPaymentMethods);
  const view = payView(slot.id).value;
  const [last] = payments;
  const failure =
    view.is === 'refused' ? paymentProblem(view.error) : last?.state === 'failed' ? failureText(last.failure) : null;
  const isNews = failure !== null && (view.is === 'refused' || (view.is === 'ready' && view.isAfterPress === true));
  const told = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // The button lies far below on a phone: whoever pressed it is shown what came of it.
    if (isNews && !slot.paying) told.current?.scrollIntoView({ block: 'center' });
  }, [isNews, last?.id, slot.paying]);
  return (
    // Hidden, not gone: after a payment that failed the choice is still made.
    <section class="panel pay-panel" aria-label={words.title} hidden={slot.paying}>
      <h2>{words.title}</h2>
      {failure !== null && (
        <p key={last?.id} ref={told} class="banner wrong" role="alert">
          {failure} {words.stillHeld}
        </p>
      )}
      {view.is === 'repeating' && (
        <p class="banner warn" role="status">
          {words.repeating}
        </p>
      )}
      {state.value.is === 'failed' && <LoadFailure error={state.value.error} onRetry={reload} />}
      {state.value.is === 'loading' && <div class="skeleton pay-skeleton" aria-busy="true" />}
      {state.value.is === 'ready' && <PayForm slot={slot} methods={state.value.value.items} view={view} />}
    </section>
  );
}

function paymentProblem(error: unknown): string {
  const words = paymentMessages.value;
  if (error instanceof TossFailed) return words.toss[error.why];
  if (error instanceof Problem && error.code === 'payment_unavailable') return words.unavailable;
  if (error instanceof Problem && error.fields.some(({ field }) => field === 'method')) return words.otherCurrency;
  return refusalText(error);
}
