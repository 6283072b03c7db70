import { useSignal } from '@preact/signals';
import { focusFirstError, formErrorsFrom, noErrors } from '../http/form-errors.ts';
import { isNotFound, Problem } from '../http/problem.ts';
import { request } from '../http/request.ts';
import { messages } from '../language/language.ts';
import { useTitle } from '../shell/useTitle.ts';
import { AccountCard } from './AccountCard.tsx';
import { accountMessages } from './account-messages.ts';
import { passwordError } from './account-rules.ts';
import { PasswordField } from './PasswordField.tsx';
import { passwordMessages } from './password-messages.ts';

/** Where the letter's link leads: a new password, and then to sign in. */
export default function ResetPasswordPage({ token = '' }: { token?: string }) {
  const words = passwordMessages.value;
  const password = useSignal('');
  const isTouched = useSignal(false);
  const errors = useSignal(noErrors);
  const step = useSignal<'asked' | 'busy' | 'done' | 'over'>('asked');
  useTitle(words.askTitle);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (step.value === 'busy') return;
    isTouched.value = true;
    if (passwordError(password.value) !== undefined) return focusFirstError(form);
    step.value = 'busy';
    try {
      const body = { password: password.value };
      await request(`/v1/password-resets/${encodeURIComponent(token)}`, { method: 'PUT', body });
      step.value = 'done';
    } catch (error) {
      const isOver = isNotFound(error) || (error instanceof Problem && namesToken(error));
      errors.value = isOver ? noErrors : formErrorsFrom(error, {});
      step.value = isOver ? 'over' : 'asked';
      focusFirstError(form);
    }
  }

  if (step.value === 'done')
    return (
      <AccountCard title={words.doneTitle} lead={words.done} isNews>
        <a class="button primary wide" href="/sign-in">
          {messages.value.shell.signIn}
        </a>
      </AccountCard>
    );
  if (step.value === 'over')
    return (
      <AccountCard title={words.overTitle} lead={words.over} isNews>
        <a class="button primary wide" href="/forgotten-password">
          {words.anew}
        </a>
        <p class="account-other">
          <a href="/sign-in">{messages.value.shell.signIn}</a>
        </p>
      </AccountCard>
    );
  const typed = isTouched.value ? passwordError(password.value) : undefined;
  return (
    <AccountCard title={words.setTitle} lead={words.setLead}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <PasswordField
          autocomplete="new-password"
          hint={accountMessages.value.passwordHint}
          value={password.value}
          error={errors.value.fields['password'] ?? typed}
          onValue={(value) => {
            password.value = value;
            errors.value = noErrors;
          }}
          onBlur={() => {
            if (password.value !== '') isTouched.value = true;
          }}
        />
        {errors.value.form !== null && (
          <p class="banner wrong" role="alert">
            {errors.value.form}
          </p>
        )}
        <button type="submit" class="button primary wide" disabled={step.value === 'busy'}>
          {words.set}
        </button>
      </form>
    </AccountCard>
  );
}

/** A link that was torn on its way, or never was one. */
function namesToken(problem: Problem): boolean {
  return problem.status === 400 && problem.fields.some(({ field }) => field === 'token');
}
