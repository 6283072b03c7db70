import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { Field } from '../design/Field.tsx';
import { focusFirstError, formErrorsFrom, noErrors } from '../http/form-errors.ts';
import { Problem } from '../http/problem.ts';
import { request } from '../http/request.ts';
import { messages } from '../language/language.ts';
import { useTitle } from '../shell/useTitle.ts';
import { AccountCard } from './AccountCard.tsx';
import { accountMessages } from './account-messages.ts';
import { emailError } from './account-rules.ts';
import { withNext } from './next-path.ts';
import { passwordMessages } from './password-messages.ts';

/** Asks for a link by email. The answer is always the same: nobody learns here who has an account. */
export default function ForgottenPasswordPage() {
  const words = passwordMessages.value;
  const { query } = useLocation();
  const email = useSignal('');
  const askedFor = useSignal<string | null>(null);
  const errors = useSignal(noErrors);
  const isBusy = useSignal(false);
  useTitle(words.askTitle);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (isBusy.value) return;
    const address = email.value.trim();
    const wrong = emailError(address);
    errors.value = { fields: wrong === undefined ? {} : { email: wrong }, form: null };
    if (wrong !== undefined) return focusFirstError(form);
    isBusy.value = true;
    try {
      await request('/v1/password-resets', { method: 'POST', body: { email: address } });
      askedFor.value = address;
    } catch (error) {
      errors.value = errorsFrom(error);
      focusFirstError(form);
    }
    isBusy.value = false;
  }

  const toSignIn = (
    <p class="account-other">
      <a href={withNext('/sign-in', query)}>{messages.value.shell.signIn}</a>
    </p>
  );
  if (askedFor.value !== null)
    return (
      <AccountCard title={words.askedTitle} lead={words.asked(askedFor.value)} isNews>
        <p class="banner">{words.askedHint}</p>
        <button
          type="button"
          class="button wide"
          onClick={() => {
            askedFor.value = null;
          }}
        >
          {words.askAgain}
        </button>
        {toSignIn}
      </AccountCard>
    );
  return (
    <AccountCard title={words.askTitle} lead={words.askLead}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Field
          label={accountMessages.value.email}
          name="email"
          type="email"
          autocomplete="email"
          value={email.value}
          error={errors.value.fields['email']}
          onValue={(value) => {
            email.value = value;
            errors.value = noErrors;
          }}
        />
        {errors.value.form !== null && (
          <p class="banner wrong" role="alert">
            {errors.value.form}
          </p>
        )}
        <button type="submit" class="button primary wide" disabled={isBusy.value}>
          {words.ask}
        </button>
      </form>
      {toSignIn}
    </AccountCard>
  );
}

function errorsFrom(error: unknown) {
  if (error instanceof Problem && error.code === 'too_many_attempts') {
    const minutes = Math.ceil((error.retryAfterSeconds ?? 60) / 60);
    return { fields: {}, form: passwordMessages.value.tooMany(minutes) };
  }
  if (error instanceof Problem && error.status === 400)
    return { fields: { email: accountMessages.value.emailWrong }, form: null };
  return formErrorsFrom(error, {});
}
