import type { Signal } from '@preact/signals';
import { listMessages } from './list-messages.ts';

/** `turn`: how often somebody wanted to see what has changed. */
export function ReloadButton({ turn }: { turn: Signal<number> }) {
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        turn.value += 1;
      }}
    >
      {listMessages.value.reload}
    </button>
  );
}
