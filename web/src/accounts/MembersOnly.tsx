import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso/router';
import { Icon } from '../design/Icon.tsx';
import { messages } from '../language/language.ts';
import { sessionState } from './session.ts';

/** A page that needs somebody: while the session is restored nothing is claimed about it, a guest is invited in. */
export function MembersOnly({ children }: { children: ComponentChildren }) {
  const words = messages.value.shell;
  const { url } = useLocation();
  if (sessionState.value === 'member') return <>{children}</>;
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
