import { useSignal } from '@preact/signals';
import { messages } from '../language/language.ts';
import { accountMessages } from './account-messages.ts';
import { passwordError } from './account-rules.ts';
import { ChangeForm } from './ChangeForm.tsx';
import { CurrentPasswordField } from './CurrentPasswordField.tsx';
import { PasswordField } from './PasswordField.tsx';
import { changePassword } from './profile.ts';

export function ChangePassword({ username }: { username: string }) {
  const words = accountMessages.value;
  const currentPassword = useSignal('');
  const password = useSignal('');
  return (
    <ChangeForm
      title={words.changePassword}
      done={words.passwordChanged}
      check={() => ({
        currentPassword: currentPassword.value === '' ? messages.value.errors.required : undefined,
        password: passwordError(password.value),
      })}
      send={async () => {
        await changePassword(currentPassword.value, password.value);
        currentPassword.value = '';
        password.value = '';
      }}
      codes={{ wrong_password: { field: 'currentPassword', text: words.wrongPassword } }}
    >
      {(errors, forget) => (
        <>
          {/* For password managers: whose password it is. */}
          <input type="text" name="username" autocomplete="username" value={username} readOnly hidden />
          <CurrentPasswordField source={currentPassword} error={errors['currentPassword']} onTyped={forget} />
          <PasswordField
            label={words.newPassword}
            autocomplete="new-password"
            hint={words.passwordHint}
            value={password.value}
            error={errors['password']}
            onValue={(value) => {
              password.value = value;
              forget();
            }}
          />
          <p class="small soft">{words.passwordChangeHint}</p>
        </>
      )}
    </ChangeForm>
  );
}
