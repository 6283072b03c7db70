import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { type FormErrors, focusFirstError, formErrorsFrom, noErrors } from '../http/form-errors.ts';
import { accountMessages } from './account-messages.ts';

interface ChangeFormProps {
  title: string;
  /** What is wrong before anything is sent; empty: nothing. */
  check: () => Record<string, string | undefined>;
  send: () => Promise<void>;
  /** Which field a refusal belongs to, by its code. */
  codes: Parameters<typeof formErrorsFrom>[1];
  /** Said when it is done. */
  done: string;
  children: (errors: Record<string, string>, forget: () => void) => ComponentChildren;
}

/** A change of one's own account, folded away until it is wanted. */
export function ChangeForm({ title, check, send, codes, done, children }: ChangeFormProps) {
  const errors = useSignal<FormErrors>(noErrors);
  const isBusy = useSignal(false);
  const said = useSignal('');
  const place = useRef<HTMLDetailsElement>(null);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (isBusy.value) return;
    said.value = '';
    const wrong = Object.entries(check()).filter((entry): entry is [string, string] => entry[1] !== undefined);
    errors.value = { fields: Object.fromEntries(wrong), form: null };
    if (wrong.length > 0) return focusFirstError(form);
    isBusy.value = true;
    try {
      await send();
      said.value = done;
      if (place.current) {
        place.current.open = false;
        place.current.querySelector('summary')?.focus();
      }
    } catch (error) {
      errors.value = formErrorsFrom(error, codes);
      focusFirstError(form);
    }
    isBusy.value = false;
  }

  return (
    <div class="change">
      <details ref={place}>
        <summary>{title}</summary>
        <form noValidate onSubmit={(event) => void submit(event)}>
          {children(errors.value.fields, () => {
            errors.value = noErrors;
          })}
          {errors.value.form !== null && (
            <p class="banner wrong" role="alert">
              {errors.value.form}
            </p>
          )}
          <button type="submit" class="button primary" disabled={isBusy.value}>
            {accountMessages.value.save}
          </button>
        </form>
      </details>
      <p class="change-said" role="status">
        {said.value}
      </p>
    </div>
  );
}
