import { useId } from 'preact/hooks';

/** The attributes of an input that our forms use. */
export interface InputAttributes {
  type?: 'text' | 'email' | 'password' | 'datetime-local';
  autocomplete?: string;
  autocapitalize?: 'none' | 'characters';
  spellcheck?: boolean;
  inputMode?: 'numeric' | 'decimal' | 'url';
  maxLength?: number;
  disabled?: boolean;
  required?: boolean;
  onBlur?: () => void;
}

interface FieldProps extends InputAttributes {
  label: string;
  name: string;
  value: string;
  hint?: string | undefined;
  error?: string | undefined;
  onValue: (value: string) => void;
}

/** A labelled input whose hint gives its place to the error, so that nothing moves. */
export function Field({ label, name, value, hint, error, onValue, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        // The types of Preact's inputs differ by `type`; ours is one of the texts.
        {...(rest as { type?: 'text' })}
        id={id}
        class="input"
        name={name}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <FieldHint id={`${id}-hint`} hint={hint} error={error} />
    </div>
  );
}

export function FieldHint({ id, hint, error }: { id: string; hint?: string | undefined; error?: string | undefined }) {
  return (
    <span id={id} class={error === undefined ? 'field-hint' : 'field-hint wrong'} role={error ? 'alert' : undefined}>
      {error ?? hint ?? ''}
    </span>
  );
}
