import { type Signal, useSignal } from '@preact/signals';
import { Field } from '../design/Field.tsx';
import { messages } from '../language/language.ts';
import { accountMessages } from './account-messages.ts';
import { emailError } from './account-rules.ts';
import { ChangeForm } from './ChangeForm.tsx';
import { CurrentPasswordField } from './CurrentPasswordField.tsx';
import { changeEmail, type Profile } from './profile.ts';

export function ChangeEmail({ source }: { source: Signal<Profile> }) {
  const words = accountMessages.value;
  const email = useSignal('');
  const currentPassword = useSignal('');
  return (
    <ChangeForm
      title={words.changeEmail}
      done={words.emailChanged}
      check={() => ({
        email: emailError(email.value.trim()),
        currentPassword: currentPassword.value === '' ? messages.value.errors.required : undefined,
      })}
      send={async () => {
        source.value = await changeEmail(email.value.trim(), currentPassword.value);
        email.value = '';
        currentPassword.value = '';
      }}
      codes={{
        email_taken: { field: 'email', text: words.emailTaken },
        wrong_password: { field: 'currentPassword', text: words.wrongPassword },
      }}
    >
      {(errors, forget) => (
        <>
          <Field
            label={words.newEmail}
            name="email"
            type="email"
            autocomplete="email"
            value={email.value}
            error={errors['email']}
            onValue={(value) => {
              email.value = value;
              forget();
            }}
          />
          <CurrentPasswordField source={currentPassword} error={errors['currentPassword']} onTyped={forget} />
        </>
      )}
    </ChangeForm>
  );
}
