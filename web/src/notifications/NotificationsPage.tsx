import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { usePages } from '../design/usePages.ts';
import { dateTime } from '../language/format.ts';
import { language, messages } from '../language/language.ts';
import { connection } from '../realtime/connection.ts';
import type { Notification } from '../realtime/messages.ts';
import { useMissed } from '../realtime/reconnected.ts';
import { ListEnd } from '../shell/ListEnd.tsx';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { loadNotifications, markRead } from './notification.ts';
import { notificationMessages } from './notification-messages.ts';
import './notifications.css';
import { tellAllRead } from './unread.ts';

export default function NotificationsPage() {
  useTitle(notificationMessages.value.title);
  return (
    <MembersOnly>
      <Centre />
    </MembersOnly>
  );
}

/** The list; what was new when it came up stays marked while one looks at it. */
function Centre() {
  const words = notificationMessages.value;
  const { state, items, next, reload, refresh, more } = usePages(
    `${account.value?.id} ${language.value}`,
    loadNotifications,
    ({ id }) => id,
  );
  useMissed(refresh);
  const said = useSignal('');
  useEffect(
    () =>
      connection.onMessage((message) => {
        if (message.type !== 'notification') return;
        const { notification } = message;
        items.value = [notification, ...items.value.filter(({ id }) => id !== notification.id)];
        said.value = words.isNew + notification.title;
      }),
    [],
  );
  useSeen(items.value);

  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  return (
    <div class="page narrow">
      <div class="notices-head">
        <h1>{words.title}</h1>
        <a class="button" href="/notifications/settings">
          <Icon name="gear" size={18} />
          {words.toSettings}
        </a>
      </div>
      {state.value.is === 'loading' ? (
        <div class="notices" aria-busy="true">
          <div class="skeleton notice-skeleton" />
          <div class="skeleton notice-skeleton" />
          <div class="skeleton notice-skeleton" />
        </div>
      ) : items.value.length === 0 ? (
        <div class="empty">
          <Icon name="bell" size={36} />
          <h2>{words.emptyTitle}</h2>
          <p class="soft">{words.emptyText}</p>
          <a class="button primary" href="/">
            {messages.value.shell.toDrops}
          </a>
        </div>
      ) : (
        <ul class="notices panel">
          {items.value.map((notice) => (
            <Notice key={notice.id} notice={notice} />
          ))}
        </ul>
      )}
      <ListEnd next={state.value.is === 'ready' ? next.value : null} more={more} />
      <p class="for-readers" role="status">
        {said.value}
      </p>
    </div>
  );
}

function Notice({ notice }: { notice: Notification }) {
  const { title, text, path, toldAt, readAt } = notice;
  return (
    <li class="notice" data-unread={readAt === null}>
      <h2 class="notice-title">
        {readAt === null && <span class="for-readers">{notificationMessages.value.isNew}</span>}
        {path === null ? title : <a href={path}>{title}</a>}
      </h2>
      {text !== '' && <p class="notice-text">{text}</p>}
      <time class="small soft" dateTime={toldAt}>
        {dateTime(toldAt)}
      </time>
    </li>
  );
}

/** Read is what lies on a page that somebody sees. */
function useSeen(items: readonly Notification[]): void {
  const newest = items.find(({ readAt }) => readAt === null)?.id;
  useEffect(() => {
    if (newest === undefined) return undefined;
    const see = () => {
      if (document.visibilityState !== 'visible') return;
      document.removeEventListener('visibilitychange', see);
      // Without an answer they are still unread, and shown so the next time.
      markRead(newest).then(tellAllRead, () => undefined);
    };
    document.addEventListener('visibilitychange', see);
    see();
    return () => document.removeEventListener('visibilitychange', see);
  }, [newest]);
}
