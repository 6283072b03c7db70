import { type Signal, useSignal } from '@preact/signals';
import { ConfirmDialog } from '../design/ConfirmDialog.tsx';
import { type Grant, giveBack } from '../grants/grant.ts';
import { orAskAgain, rememberGrant } from '../grants/grant-store.ts';
import { refusalText } from '../grants/refusal-text.ts';
import { slotMessages } from './slot-messages.ts';

/** Somebody else may be waiting for it. */
export function GiveBack({ source }: { source: Signal<Grant> }) {
  const words = slotMessages.value;
  const isAsked = useSignal(false);
  const { id } = source.peek();
  return (
    <section class="give-back">
      <p class="soft small">{words.giveBackHint}</p>
      <button
        type="button"
        class="button danger"
        onClick={() => {
          isAsked.value = true;
        }}
      >
        {words.giveBack}
      </button>
      <ConfirmDialog
        isOpen={isAsked}
        title={words.giveBackTitle}
        confirm={words.giveBackConfirm}
        isDangerous
        onConfirm={async () => {
          rememberGrant(await orAskAgain(id, giveBack(id)));
        }}
        tell={refusalText}
      >
        <p>{words.giveBackText}</p>
      </ConfirmDialog>
    </section>
  );
}
