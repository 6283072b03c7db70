import { type ComponentChildren, Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { Icon } from '../design/Icon.tsx';
import { messages } from '../language/language.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { SessionOver } from './SessionOver.tsx';
import { account, endedByServer, isUncertain, refresh, sessionState } from './session.ts';
import type { Account } from './session-store.ts';

/** Whose page it was is nobody else's to read, not even in the tab's title. */
function Untitled() {
  useEffect(() => {
    const before = document.title;
    return () => {
      // A page that has a title of its own, whoever looks, is not told to set it again.
      document.title = before;
    };
  }, []);
  useTitle(messages.value.shell.signIn);
  return null;
}

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
          <Untitled />
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
