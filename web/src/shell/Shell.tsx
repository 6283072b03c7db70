import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso/router';
import { account, sessionState } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { Logo } from '../design/Logo.tsx';
import { nextTheme, theme } from '../design/theme.ts';
import { chooseLanguage, language, messages } from '../language/language.ts';
import { OfferToasts } from '../line/OfferToasts.tsx';
import { Bell } from '../notifications/Bell.tsx';
import { tellLanguage } from '../notifications/tell-language.ts';
import { connection } from '../realtime/connection.ts';

export function Shell({ children }: { children: ComponentChildren }) {
  const words = messages.value.shell;
  return (
    <>
      <a class="skip-link" href="#content">
        {words.skip}
      </a>
      <header class="site-head">
        <div class="site-head-inner">
          <a class="brand" href="/" aria-label={`Doorbuster — ${words.drops}`}>
            <Logo />
            <span>Doorbuster</span>
          </a>
          <Menu />
          <Preferences />
        </div>
      </header>
      <ConnectionNote />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer class="site-foot">
        <span>Doorbuster</span>
        <span>{words.footer}</span>
      </footer>
      <OfferToasts />
    </>
  );
}

function Menu() {
  const words = messages.value.shell;
  const { path } = useLocation();
  // A coupon's or a slot's own page lies under its list.
  const here = (href: string) => (path === href || (href !== '/' && path.startsWith(`${href}/`)) ? 'page' : undefined);
  return (
    <nav class="menu" aria-label={words.menu} data-session={sessionState.value}>
      <a href="/" aria-current={here('/')} class="menu-drops">
        <Icon name="door" />
        <span>{words.drops}</span>
      </a>
      {account.value ? (
        <>
          <a href="/coupons" aria-current={here('/coupons')}>
            <Icon name="ticket" />
            <span>{words.coupons}</span>
          </a>
          <a href="/slots" aria-current={here('/slots')}>
            <Icon name="bag" />
            <span>{words.slots}</span>
          </a>
          {account.value.role === 'admin' && (
            <a href="/admin" aria-current={here('/admin')}>
              <Icon name="gear" />
              <span>{words.admin}</span>
            </a>
          )}
          <a href="/profile" aria-current={here('/profile')}>
            <Icon name="person" />
            <span>{words.profile}</span>
          </a>
        </>
      ) : (
        sessionState.value === 'guest' && (
          <a href="/sign-in" aria-current={here('/sign-in')} class="menu-sign-in">
            <Icon name="person" />
            <span>{words.signIn}</span>
          </a>
        )
      )}
    </nav>
  );
}

function Preferences() {
  const words = messages.value.shell;
  const icons = { system: 'half', light: 'sun', dark: 'moon' } as const;
  return (
    <div class="preferences">
      <Bell />
      <button
        type="button"
        class="button plain language-button"
        lang={language.value === 'ko' ? 'en' : 'ko'}
        aria-label={words.otherLanguage}
        onClick={async () => {
          await chooseLanguage(language.value === 'ko' ? 'en' : 'ko');
          await tellLanguage();
        }}
      >
        {words.otherLanguageShort}
      </button>
      <button
        type="button"
        class="button plain icon"
        aria-label={words.theme[theme.value]}
        title={words.theme[theme.value]}
        onClick={nextTheme}
      >
        <Icon name={icons[theme.value]} />
      </button>
    </div>
  );
}

/** Says that numbers may be old; appears only after a while (CSS), so that a short reconnect is not worth a word. */
function ConnectionNote() {
  const isDown = connection.isWanted.value && !connection.isLive.value;
  return (
    <div class="connection-note" role="status" data-shown={isDown}>
      {isDown && <span>{messages.value.shell.offline}</span>}
    </div>
  );
}
