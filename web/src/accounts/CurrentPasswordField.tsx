import type { Signal } from '@preact/signals';
import { accountMessages } from './account-messages.ts';
import { PasswordField } from './PasswordField.tsx';

interface CurrentPasswordFieldProps {
  source: Signal<string>;
  error: string | undefined;
  onTyped: () => void;
}

/** Asked for before what an account is known by changes. */
export function CurrentPasswordField({ source, error, onTyped }: CurrentPasswordFieldProps) {
  return (
    <PasswordField
      label={accountMessages.value.currentPassword}
      name="currentPassword"
      autocomplete="current-password"
      value={source.value}
      error={error}
      onValue={(typed) => {
        source.value = typed;
        onTyped();
      }}
    />
  );
}
