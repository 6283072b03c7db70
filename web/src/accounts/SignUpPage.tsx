import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { Field } from '../design/Field.tsx';
import { focusFirstError, formErrorsFrom, noErrors } from '../http/form-errors.ts';
import { language, messages } from '../language/language.ts';
import { useTitle } from '../shell/useTitle.ts';
import { AccountCard } from './AccountCard.tsx';
import { accountMessages } from './account-messages.ts';
import { emailError, passwordError, usernameError } from './account-rules.ts';
import { nextPath, withNext } from './next-path.ts';
import { PasswordField } from './PasswordField.tsx';
import { account, signUp } from './session.ts';

const rules = { username: usernameError, email: emailError, password: passwordError };
type FieldName = keyof typeof rules;
const fieldNames: FieldName[] = ['username', 'email', 'password'];

export default function SignUpPage() {
  const words = messages.value;
  const { query, route } = useLocation();
  const values = useSignal({ username: '', email: '', password: '' });
  /** Fields that were left once; before that an error would only nag. */
  const touched = useSignal<Partial<Record<FieldName, true>>>({});
  const server = useSignal(noErrors);
  const isBusy = useSignal(false);
  useTitle(words.shell.signUp);
  useEffect(() => {
    if (account.value) route(nextPath(query), true);
  }, [account.value]);

  const field = (name: FieldName) => ({
    value: values.value[name],
    error: server.value.fields[name] ?? (touched.value[name] ? rules[name](values.value[name]) : undefined),
    onValue: (value: string) => {
      values.value = { ...values.value, [name]: value };
      const { [name]: _, ...others } = server.value.fields;
      server.value = { fields: others, form: null };
    },
    onBlur: () => {
      if (values.value[name] !== '') touched.value = { ...touched.value, [name]: true };
    },
  });

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (isBusy.value) return;
    touched.value = { username: true, email: true, password: true };
    if (fieldNames.some((name) => rules[name](values.value[name]) !== undefined)) return focusFirstError(form);
    isBusy.value = true;
    const { username, email, password } = values.value;
    try {
      await signUp(username, email, password, language.value);
    } catch (error) {
      server.value = formErrorsFrom(error, {
        username_taken: { field: 'username', text: accountMessages.value.usernameTaken },
        email_taken: { field: 'email', text: accountMessages.value.emailTaken },
      });
      focusFirstError(form);
    }
    isBusy.value = false;
  }

  return (
    <AccountCard title={accountMessages.value.signUpTitle} lead={accountMessages.value.signUpLead}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Field
          {...field('username')}
          label={accountMessages.value.username}
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={32}
          hint={accountMessages.value.usernameHint}
        />
        <Field {...field('email')} label={accountMessages.value.email} name="email" type="email" autocomplete="email" />
        <PasswordField {...field('password')} autocomplete="new-password" hint={accountMessages.value.passwordHint} />
        {server.value.form !== null && (
          <p class="banner wrong" role="alert">
            {server.value.form}
          </p>
        )}
        <button type="submit" class="button primary wide" disabled={isBusy.value}>
          {words.shell.signUp}
        </button>
      </form>
      <p class="account-other">
        {accountMessages.value.haveAccount} <a href={withNext('/sign-in', query)}>{words.shell.signIn}</a>
      </p>
    </AccountCard>
  );
}
