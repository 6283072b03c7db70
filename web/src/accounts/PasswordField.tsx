import { useSignal } from '@preact/signals';
import { Field } from '../design/Field.tsx';
import { accountMessages } from './account-messages.ts';

interface PasswordFieldProps {
  value: string;
  autocomplete: 'current-password' | 'new-password';
  /** Where a form has more than one. */
  label?: string;
  name?: string;
  hint?: string;
  error: string | undefined;
  onValue: (value: string) => void;
  onBlur?: () => void;
}

export function PasswordField({ autocomplete, label, name = 'password', ...rest }: PasswordFieldProps) {
  const isShown = useSignal(false);
  const words = accountMessages.value;
  return (
    <div class="password-field">
      <Field
        {...rest}
        label={label ?? words.password}
        name={name}
        type={isShown.value ? 'text' : 'password'}
        autocomplete={autocomplete}
        required
      />
      <button
        type="button"
        class="button plain password-show"
        aria-pressed={isShown.value}
        onClick={() => {
          isShown.value = !isShown.value;
        }}
      >
        {isShown.value ? words.hidePassword : words.showPassword}
      </button>
    </div>
  );
}
