import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { accountMessages } from '../../accounts/account-messages.ts';
import { Field } from '../../design/Field.tsx';

interface SettledFieldProps {
  label: string;
  name: string;
  maxLength: number;
  value: string;
  onSettled: (value: string) => void;
}

/** A text that filters a list: it counts when it has been typed. */
export function SettledField({ label, name, maxLength, value, onSettled }: SettledFieldProps) {
  const typed = useSignal(value);
  const shown = useRef(value);
  useEffect(() => {
    // Not when it comes up: somebody may have begun to type before this runs.
    if (shown.current !== value) typed.value = value;
    shown.current = value;
  }, [value]);
  const settle = () => {
    if (typed.value.trim() !== value) onSettled(typed.value.trim());
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        settle();
      }}
    >
      <Field
        label={label}
        name={name}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={maxLength}
        value={typed.value}
        onValue={(next) => {
          typed.value = next;
        }}
        onBlur={settle}
      />
    </form>
  );
}

interface UsernameFieldProps {
  username: string;
  onUsername: (username: string) => void;
}

/** Filters by a whole name, not a part of one. */
export function UsernameField({ username, onUsername }: UsernameFieldProps) {
  return (
    <SettledField
      label={accountMessages.value.username}
      name="username"
      maxLength={40}
      value={username}
      onSettled={onUsername}
    />
  );
}
