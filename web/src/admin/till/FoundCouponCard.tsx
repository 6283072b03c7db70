import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { CodeText } from '../../design/CodeText.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { Field } from '../../design/Field.tsx';
import { discountText } from '../../drops/offer.ts';
import type { CouponState, Grant } from '../../grants/grant.ts';
import { useGrantState } from '../../grants/useGrant.ts';
import { pressOnce } from '../../http/press-once.ts';
import { dateTime } from '../../language/format.ts';
import { messages } from '../../language/language.ts';
import { DetailRow } from '../DetailRow.tsx';
import { tillMessages } from './till-messages.ts';
import { tillText } from './till-text.ts';

export interface FoundCoupon {
  grant: Grant;
  holder: { id: string; username: string };
}

/** The coupon that a code belongs to: good or not, in words and colour; and the button that uses it. */
export function FoundCouponCard({ first, onNext }: { first: FoundCoupon; onNext: () => void }) {
  const words = tillMessages.value;
  const found = useSignal(first);
  const reference = useSignal('');
  const isAsked = useSignal(false);
  /** By whoever stands here: not a coupon that somebody brings a second time. */
  const isUsedHere = useSignal(false);
  const nextButton = useRef<HTMLButtonElement>(null);
  const { grant, holder } = found.value;
  const { state } = useGrantState(grant);
  const code = grant.code ?? '';
  const isDone = isUsedHere.value && state === 'used';
  // The button that was pressed is gone; Enter leads on.
  useEffect(() => {
    if (isDone) nextButton.current?.focus();
  }, [isDone]);

  async function use(): Promise<void> {
    const typed = reference.value.trim();
    found.value = await pressOnce<FoundCoupon>('/v1/coupons/use', {
      subject: `till ${code} ${typed}`,
      method: 'POST',
      body: typed === '' ? { code } : { code, reference: typed },
    });
    isUsedHere.value = true;
  }

  return (
    <section class="panel found-coupon" data-state={isDone ? 'done' : state}>
      <p class="found-state" role="status">
        {isDone ? words.done : words.states[state as CouponState]}
      </p>
      <h2>{grant.title}</h2>
      <p class="drop-offer">{grant.discount ? discountText(grant.discount) : ''}</p>
      <dl class="facts">
        <DetailRow term={words.code}>
          <CodeText code={code} />
        </DetailRow>
        <DetailRow term={words.holder}>{holder.username}</DetailRow>
        <DetailRow term={messages.value.drops.validity}>
          {grant.validUntil === null ? '–' : messages.value.claims.validUntil(grant.validUntil)}
        </DetailRow>
        {grant.settledAt !== null && <DetailRow term={words.usedAt}>{dateTime(grant.settledAt)}</DetailRow>}
        {grant.reference !== null && <DetailRow term={words.reference}>{grant.reference}</DetailRow>}
      </dl>
      {state === 'usable' ? (
        <form
          class="till-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            isAsked.value = true;
          }}
        >
          <Field
            label={words.reference}
            name="reference"
            hint={words.referenceHint}
            maxLength={200}
            value={reference.value}
            onValue={(typed) => {
              reference.value = typed;
            }}
          />
          <button type="submit" class="button primary">
            {words.use}
          </button>
        </form>
      ) : (
        <button ref={nextButton} type="button" class={isDone ? 'button primary' : 'button'} onClick={onNext}>
          {words.next}
        </button>
      )}
      <ConfirmDialog isOpen={isAsked} title={words.useTitle} confirm={words.use} onConfirm={use} tell={tillText}>
        <p>
          <CodeText code={code} />
        </p>
        <p>{words.useText(grant.title, holder.username)}</p>
      </ConfirmDialog>
    </section>
  );
}
