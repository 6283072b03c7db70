import { type Signal, useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { Choice } from '../design/Choice.tsx';
import { Icon } from '../design/Icon.tsx';
import { chooseTheme, theme } from '../design/theme.ts';
import { useLoad } from '../design/useLoad.ts';
import { date } from '../language/format.ts';
import { chooseLanguage, language, messages } from '../language/language.ts';
import { tellLanguage } from '../notifications/tell-language.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import './accounts.css';
import './profile.css';
import { accountMessages } from './account-messages.ts';
import { ChangeEmail } from './ChangeEmail.tsx';
import { ChangePassword } from './ChangePassword.tsx';
import { MembersOnly } from './MembersOnly.tsx';
import { loadProfile, type Profile } from './profile.ts';
import { account, signOut } from './session.ts';

export default function ProfilePage() {
  useTitle(accountMessages.value.profileTitle);
  return (
    <MembersOnly>
      <Loader key={account.value?.id} />
    </MembersOnly>
  );
}

function Loader() {
  const profile = useSignal<Profile | null>(null);
  const { state, reload } = useLoad('profile', async () => {
    profile.value = await loadProfile();
  });
  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  return (
    <div class="page profile">
      <ProfileHead profile={profile.value} />
      <ToMyThings />
      <section class="panel">
        <h2>{accountMessages.value.security}</h2>
        {profile.value ? (
          <SignInData source={profile as Signal<Profile>} />
        ) : (
          <div class="skeleton profile-skeleton" aria-busy="true" />
        )}
      </section>
      <Appearance />
      <SignOut />
    </div>
  );
}

function ProfileHead({ profile }: { profile: Profile | null }) {
  const words = accountMessages.value;
  const username = account.value?.username ?? '';
  return (
    <header class="profile-head">
      <span class="profile-letter" aria-hidden="true">
        {username.slice(0, 1).toUpperCase()}
      </span>
      <div>
        <h1>{username}</h1>
        <p class="soft profile-who">
          <span>{words.roles[account.value?.role ?? 'buyer']}</span>
          {profile && (
            <span>
              {words.since} {date(profile.createdAt)}
            </span>
          )}
        </p>
      </div>
    </header>
  );
}

function ToMyThings() {
  const { coupons, slots } = messages.value.shell;
  const words = accountMessages.value;
  const links = [
    { href: '/coupons', icon: 'ticket', text: coupons },
    { href: '/slots', icon: 'bag', text: slots },
    { href: '/receipts', icon: 'card', text: words.receipts },
    { href: '/notifications/settings', icon: 'bell', text: words.notificationSettings },
  ] as const;
  return (
    <nav class="panel profile-links" aria-label={words.mine}>
      {links.map(({ href, icon, text }) => (
        <a key={href} href={href}>
          <Icon name={icon} />
          <span>{text}</span>
          <Icon name="forward" size={18} />
        </a>
      ))}
    </nav>
  );
}

function SignInData({ source }: { source: Signal<Profile> }) {
  const words = accountMessages.value;
  const { username, email } = source.value;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{words.username}</dt>
          <dd>{username}</dd>
        </div>
        <div>
          <dt>{words.email}</dt>
          <dd>{email}</dd>
        </div>
      </dl>
      <ChangeEmail source={source} />
      <ChangePassword username={username} />
    </>
  );
}

function Appearance() {
  const words = accountMessages.value;
  return (
    <section class="panel">
      <h2>{words.pages}</h2>
      <Choice
        label={words.language}
        name="language"
        value={language.value}
        options={{ ko: '한국어', en: 'English' }}
        onValue={async (next) => {
          await chooseLanguage(next);
          await tellLanguage();
        }}
      />
      <Choice label={words.theme} name="theme" value={theme.value} options={words.themes} onValue={chooseTheme} />
    </section>
  );
}

function SignOut() {
  const { route } = useLocation();
  return (
    <section class="profile-out">
      <button
        type="button"
        class="button wide"
        onClick={() => {
          void signOut();
          route('/');
        }}
      >
        {messages.value.shell.signOut}
      </button>
      <p class="small soft">{accountMessages.value.signOutText}</p>
    </section>
  );
}
