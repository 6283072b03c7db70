import { useSignal } from '@preact/signals';
import { ConfirmDialog } from '../design/ConfirmDialog.tsx';
import { Field } from '../design/Field.tsx';
import { formErrorsFrom, noErrors } from '../http/form-errors.ts';
import { messages } from '../language/language.ts';
import { notificationMessages } from './notification-messages.ts';

interface WebhookFieldProps {
  name: 'slack' | 'discord';
  label: string;
  placeholder: string;
  /** The address that is kept, masked; null: none. */
  shown: string | null;
  onSave: (url: string | null) => Promise<void>;
}

/** An address that works like a password: it is shown masked, and replaced or removed, never edited. */
export function WebhookField({ name, label, placeholder, shown, onSave }: WebhookFieldProps) {
  const words = notificationMessages.value.settings;
  const url = useSignal('');
  const errors = useSignal(noErrors);
  const isBusy = useSignal(false);
  const isAsked = useSignal(false);

  async function save(next: string): Promise<void> {
    if (isBusy.value) return;
    isBusy.value = true;
    errors.value = noErrors;
    try {
      await onSave(next);
      url.value = '';
    } catch (error) {
      errors.value = formErrorsFrom(error, {});
    }
    isBusy.value = false;
  }

  if (shown !== null)
    return (
      <div class="field">
        <span class="field-label">{label}</span>
        <div class="webhook">
          <code class="webhook-shown">{shown}</code>
          <button
            type="button"
            class="button danger"
            aria-label={`${words.remove}: ${label}`}
            onClick={() => {
              isAsked.value = true;
            }}
          >
            {words.remove}
          </button>
        </div>
        {/* As high as the hint of the field that takes its place. */}
        <span class="field-hint" />
        <ConfirmDialog
          isOpen={isAsked}
          title={words.removeTitle(label)}
          confirm={words.remove}
          isDangerous
          onConfirm={() => onSave(null)}
          tell={(error) => formErrorsFrom(error, {}).form ?? messages.value.errors.internal}
        >
          <p>{words.removeText}</p>
        </ConfirmDialog>
      </div>
    );
  const { fields, form } = errors.value;
  const isRefused = fields[name] === messages.value.errors.checkField;
  const error = isRefused ? words.webhookWrong(placeholder) : (fields[name] ?? form ?? undefined);
  return (
    <form
      class="webhook-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (url.value.trim() === '') errors.value = { fields: { [name]: messages.value.errors.required }, form: null };
        else void save(url.value.trim());
      }}
    >
      <Field
        label={label}
        name={name}
        value={url.value}
        hint={`${words.webhookHint} ${placeholder}`}
        error={error}
        inputMode="url"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={500}
        onValue={(value) => {
          url.value = value;
        }}
      />
      <button type="submit" class="button" aria-label={`${words.save}: ${label}`} aria-disabled={isBusy.value}>
        {words.save}
      </button>
    </form>
  );
}
