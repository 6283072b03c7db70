import { type Signal, useSignal } from '@preact/signals';
import { ConfirmDialog } from '../design/ConfirmDialog.tsx';
import { Field } from '../design/Field.tsx';
import { type Grant, giveBack } from '../grants/grant.ts';
import { orAskAgain, rememberGrant } from '../grants/grant-store.ts';
import { refusalText } from '../grants/refusal-text.ts';
import { pressOnce } from '../http/press-once.ts';
import { couponMessages } from './coupon-messages.ts';

/** Using and cancelling: neither can be taken back, so each asks once. */
export function CouponActions({ source }: { source: Signal<Grant> }) {
  const words = couponMessages.value;
  const isUsing = useSignal(false);
  const isCancelling = useSignal(false);
  const reference = useSignal('');
  const { id } = source.peek();

  async function use(): Promise<void> {
    const typed = reference.value.trim();
    const used = pressOnce<Grant>(`/v1/me/grants/${encodeURIComponent(id)}/use`, {
      subject: `use ${id} ${typed}`,
      method: 'POST',
      body: typed === '' ? {} : { reference: typed },
    });
    rememberGrant(await orAskAgain(id, used));
  }

  async function cancel(): Promise<void> {
    rememberGrant(await orAskAgain(id, giveBack(id)));
  }

  return (
    <section class="panel coupon-actions">
      <p class="soft small">{words.useHint}</p>
      <div class="coupon-buttons">
        <button
          type="button"
          class="button primary"
          onClick={() => {
            isUsing.value = true;
          }}
        >
          {words.use}
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            isCancelling.value = true;
          }}
        >
          {words.cancel}
        </button>
      </div>
      <ConfirmDialog
        isOpen={isUsing}
        title={words.useTitle}
        confirm={words.useConfirm}
        onConfirm={use}
        tell={refusalText}
      >
        <p>{words.useText}</p>
        <Field
          label={words.reference}
          name="reference"
          hint={words.referenceHint}
          maxLength={100}
          value={reference.value}
          onValue={(value) => {
            reference.value = value;
          }}
        />
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={isCancelling}
        title={words.cancelTitle}
        confirm={words.cancelConfirm}
        isDangerous
        onConfirm={cancel}
        tell={refusalText}
      >
        <p>{words.cancelText}</p>
      </ConfirmDialog>
    </section>
  );
}
