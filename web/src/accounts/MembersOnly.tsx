import { type ComponentChildren, Fragment } from 'preact';
import { useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { Icon } from '../design/Icon.tsx';
import { messages } from '../language/language.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { SessionOver } from './SessionOver.tsx';
import { account, endedByServer, isUncertain, refresh, sessionState } from './session.ts';
import type { Account } from './session-store.ts';

/**
 * A page that needs somebody: while the session is restored nothing is claimed about it, a guest is invited in. When the server has ended the session the
 * page stays as it is, with all that was typed, beneath the question to sign in again; whoever signs in as somebody else gets it anew.
 */
export function MembersOnly({ children }: { children: ComponentChildren }) {
  const words = messages.value.shell;
  const { url } = useLocation();
  const shown = useRef<{ to: Account; children: ComponentChildren } | null>(null);
  if (account.value) shown.current = { to: account.value, children };
  else if (!endedByServer.value) shown.current = null;
  if (shown.current)
    return (
      <>
        <Fragment key={shown.current.to.id}>{shown.current.children}</Fragment>
        {!account.value && <SessionOver of={shown.current.to} />}
      </>
    );
  if (isUncertain.value) return <LoadFailure onRetry={() => void refresh()} />;
  return (
    <div class="page">
      {sessionState.value === 'guest' && (
        <div class="empty">
          <Icon name="person" size={36} />
          <p>{words.signInFirst}</p>
          <a class="button primary" href={`/sign-in?next=${encodeURIComponent(url)}`}>
            {words.signIn}
          </a>
        </div>
      )}
    </div>
  );
}
