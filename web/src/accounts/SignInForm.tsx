import { useSignal } from '@preact/signals';
import { Field } from '../design/Field.tsx';
import { focusFirstError, formErrorsFrom, noErrors } from '../http/form-errors.ts';
import { messages } from '../language/language.ts';
import { accountMessages } from './account-messages.ts';
import { PasswordField } from './PasswordField.tsx';
import { signIn } from './session.ts';

/** Whoever is signed in by it is told by `account`. `login`: who it probably is. */
export function SignInForm({ login: known = '' }: { login?: string }) {
  const login = useSignal(known);
  const password = useSignal('');
  const errors = useSignal(noErrors);
  const isBusy = useSignal(false);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (isBusy.value) return;
    errors.value = { fields: missing(login.value, password.value), form: null };
    if (Object.keys(errors.value.fields).length > 0) return focusFirstError(form);
    isBusy.value = true;
    try {
      await signIn(login.value.trim(), password.value);
    } catch (error) {
      errors.value = formErrorsFrom(error, {
        bad_credentials: { field: 'password', text: accountMessages.value.badCredentials },
      });
      focusFirstError(form);
    }
    isBusy.value = false;
  }

  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <Field
        label={accountMessages.value.login}
        name="login"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        value={login.value}
        error={errors.value.fields['login']}
        onValue={(value) => {
          login.value = value;
        }}
      />
      <PasswordField
        autocomplete="current-password"
        value={password.value}
        error={errors.value.fields['password']}
        onValue={(value) => {
          password.value = value;
        }}
      />
      {errors.value.form !== null && (
        <p class="banner wrong" role="alert">
          {errors.value.form}
        </p>
      )}
      <button type="submit" class="button primary wide" disabled={isBusy.value}>
        {messages.value.shell.signIn}
      </button>
    </form>
  );
}

function missing(login: string, password: string): Record<string, string> {
  const required = messages.value.errors.required;
  return { ...(login.trim() === '' ? { login: required } : {}), ...(password === '' ? { password: required } : {}) };
}
