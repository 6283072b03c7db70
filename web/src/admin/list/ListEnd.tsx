import { useSignal } from '@preact/signals';
import { messages } from '../../language/language.ts';

interface ListEndProps {
  next: string | null;
  more: () => Promise<void>;
}

/** Below a list that has more. */
export function ListEnd({ next, more }: ListEndProps) {
  const isBusy = useSignal(false);
  if (next === null) return null;
  return (
    <button
      type="button"
      class="button wide"
      aria-busy={isBusy.value}
      onClick={async () => {
        isBusy.value = true;
        await more();
        isBusy.value = false;
      }}
    >
      {messages.value.shell.more}
    </button>
  );
}
