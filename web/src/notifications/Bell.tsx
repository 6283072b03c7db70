import { useLocation } from 'preact-iso/router';
import { account } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { messages } from '../language/language.ts';
import { unread } from './unread.ts';

const shownMax = 99;

/** For members: to their notifications, and how many are new. */
export function Bell() {
  const words = messages.value.shell;
  const { path } = useLocation();
  if (!account.value) return null;
  const count = unread.value;
  return (
    <a
      class="button plain icon bell"
      href="/notifications"
      aria-label={words.notifications(count)}
      title={words.notifications(count)}
      aria-current={path.startsWith('/notifications') ? 'page' : undefined}
    >
      <Icon name="bell" />
      {count > 0 && <span class="bell-count number">{count > shownMax ? `${shownMax}+` : count}</span>}
    </a>
  );
}
