import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { messages } from '../language/language.ts';
import { useTitle } from '../shell/useTitle.ts';
import { AccountCard } from './AccountCard.tsx';
import { accountMessages } from './account-messages.ts';
import { nextPath, withNext } from './next-path.ts';
import { passwordMessages } from './password-messages.ts';
import { SignInForm } from './SignInForm.tsx';
import { account, endedByServer } from './session.ts';

export default function SignInPage() {
  const words = messages.value;
  const { query, route } = useLocation();
  useTitle(words.shell.signIn);
  // Also when another tab signs in.
  useEffect(() => {
    if (account.value) route(nextPath(query), true);
  }, [account.value]);

  return (
    <AccountCard title={accountMessages.value.signInTitle} lead={accountMessages.value.signInLead}>
      {endedByServer.value && <p class="banner warn">{accountMessages.value.ended}</p>}
      <SignInForm />
      <p class="account-other">
        <a href={withNext('/forgotten-password', query)}>{passwordMessages.value.forgotten}</a>
      </p>
      <p class="account-other">
        {accountMessages.value.noAccount} <a href={withNext('/sign-up', query)}>{words.shell.signUp}</a>
      </p>
    </AccountCard>
  );
}
