import { useLocation } from 'preact-iso/router';
import { useLoad } from '../design/useLoad.ts';
import { date } from '../language/format.ts';
import { messages } from '../language/language.ts';
import { useTitle } from '../shell/useTitle.ts';
import './accounts.css';
import { MembersOnly } from './MembersOnly.tsx';
import { account, requestAsMember, signOut } from './session.ts';

interface Profile {
  username: string;
  email: string;
  role: 'buyer' | 'admin';
  createdAt: string;
}

export default function ProfilePage() {
  useTitle(messages.value.accounts.profileTitle);
  return (
    <MembersOnly>
      <ProfileCard />
    </MembersOnly>
  );
}

function ProfileCard() {
  const words = messages.value.accounts;
  const { route } = useLocation();
  const { state } = useLoad(account.value?.id ?? '', () => requestAsMember<Profile>('/v1/me'));
  const profile = state.value.is === 'ready' ? state.value.value : null;
  const username = profile?.username ?? account.value?.username ?? '';
  return (
    <div class="page">
      <section class="account-card panel">
        <div class="profile-head">
          <span class="profile-letter" aria-hidden="true">
            {username.slice(0, 1).toUpperCase()}
          </span>
          <div>
            <h1>{username}</h1>
            <p class="soft">{words.roles[profile?.role ?? account.value?.role ?? 'buyer']}</p>
          </div>
        </div>
        <dl class="facts">
          <div>
            <dt>{words.email}</dt>
            <dd>{profile?.email ?? ' '}</dd>
          </div>
          <div>
            <dt>{words.since}</dt>
            <dd>{profile ? date(profile.createdAt) : ' '}</dd>
          </div>
        </dl>
        <button
          type="button"
          class="button danger wide"
          onClick={() => {
            void signOut();
            route('/');
          }}
        >
          {messages.value.shell.signOut}
        </button>
        <p class="small soft">{words.signOutText}</p>
      </section>
    </div>
  );
}
