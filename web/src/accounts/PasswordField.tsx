import { useSignal } from '@preact/signals';
import { Field } from '../design/Field.tsx';
import { messages } from '../language/language.ts';

interface PasswordFieldProps {
  value: string;
  autocomplete: 'current-password' | 'new-password';
  hint?: string;
  error: string | undefined;
  onValue: (value: string) => void;
  onBlur?: () => void;
}

export function PasswordField({ autocomplete, ...rest }: PasswordFieldProps) {
  const isShown = useSignal(false);
  const words = messages.value.accounts;
  return (
    <div class="password-field">
      <Field
        {...rest}
        label={words.password}
        name="password"
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
