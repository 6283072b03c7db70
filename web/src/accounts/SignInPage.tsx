import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { Field } from '../design/Field.tsx';
import { focusFirstError, formErrorsFrom, noErrors } from '../http/form-errors.ts';
import { messages } from '../language/language.ts';
import { useTitle } from '../shell/useTitle.ts';
import { AccountCard } from './AccountCard.tsx';
import { accountMessages } from './account-messages.ts';
import { nextPath, withNext } from './next-path.ts';
import { PasswordField } from './PasswordField.tsx';
import { passwordMessages } from './password-messages.ts';
import { account, endedByServer, signIn } from './session.ts';

export default function SignInPage() {
  const words = messages.value;
  const { query, route } = useLocation();
  const login = useSignal('');
  const password = useSignal('');
  const errors = useSignal(noErrors);
  const isBusy = useSignal(false);
  useTitle(words.shell.signIn);
  // Also when another tab signs in.
  useEffect(() => {
    if (account.value) route(nextPath(query), true);
  }, [account.value]);

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
    <AccountCard title={accountMessages.value.signInTitle} lead={accountMessages.value.signInLead}>
      {endedByServer.value && <p class="banner warn">{accountMessages.value.ended}</p>}
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
          {words.shell.signIn}
        </button>
      </form>
      <p class="account-other">
        <a href={withNext('/forgotten-password', query)}>{passwordMessages.value.forgotten}</a>
      </p>
      <p class="account-other">
        {accountMessages.value.noAccount} <a href={withNext('/sign-up', query)}>{words.shell.signUp}</a>
      </p>
    </AccountCard>
  );
}

function missing(login: string, password: string): Record<string, string> {
  const required = messages.value.errors.required;
  return { ...(login.trim() === '' ? { login: required } : {}), ...(password === '' ? { password: required } : {}) };
}
