import { useSignal } from '@preact/signals';
import { messages } from '../language/language.ts';
import { failureText } from './LoadFailure.tsx';

interface ListEndProps {
  next: string | null;
  more: () => Promise<void>;
}

/** Below a list that has more. */
export function ListEnd({ next, more }: ListEndProps) {
  const isBusy = useSignal(false);
  const failure = useSignal<string | null>(null);
  if (next === null) return null;

  async function load(): Promise<void> {
    if (isBusy.value) return;
    isBusy.value = true;
    failure.value = null;
    try {
      await more();
    } catch (error) {
      failure.value = failureText(error);
    }
    isBusy.value = false;
  }

  return (
    <>
      {failure.value !== null && (
        <p class="banner wrong" role="alert">
          {failure.value}
        </p>
      )}
      <button type="button" class="button wide" aria-busy={isBusy.value} onClick={() => void load()}>
        {messages.value.shell.more}
      </button>
    </>
  );
}
