import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { Choice } from '../design/Choice.tsx';
import { Icon } from '../design/Icon.tsx';
import { useLoad } from '../design/useLoad.ts';
import { formErrorsFrom } from '../http/form-errors.ts';
import { language as pageLanguage } from '../language/language.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { ChannelTable } from './ChannelTable.tsx';
import { changeSettings, loadSettings, type NotificationSettings, type SettingsChange } from './notification.ts';
import { notificationMessages } from './notification-messages.ts';
import './notifications.css';
import { WebhookField } from './WebhookField.tsx';

export default function SettingsPage() {
  useTitle(notificationMessages.value.settings.title);
  return (
    <MembersOnly>
      <Loader />
    </MembersOnly>
  );
}

function Loader() {
  const settings = useSignal<NotificationSettings | null>(null);
  const { state, reload } = useLoad(account.value?.id ?? '', async () => {
    settings.value = await loadSettings();
  });
  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  if (settings.value) return <Settings source={settings as Signal<NotificationSettings>} />;
  return (
    <div class="page narrow" aria-busy="true">
      <div class="skeleton notice-skeleton" />
      <div class="skeleton settings-skeleton" />
    </div>
  );
}

/** Every choice counts at once: there is nothing to save at the end. */
function Settings({ source }: { source: Signal<NotificationSettings> }) {
  const words = notificationMessages.value.settings;
  const { language, email, slack, discord } = source.value;
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const told = useSignal<{ text: string; isWrong: boolean }>({ text: '', isWrong: false });
  const shownIn = useRef(pageLanguage.value);
  // Whoever turns the page to another language has told the server so.
  useEffect(() => {
    if (shownIn.current === pageLanguage.value) return;
    shownIn.current = pageLanguage.value;
    source.value = { ...source.value, language: pageLanguage.value };
  }, [pageLanguage.value]);

  /** One after the other; throws what the server refused, once what is shown is true again. */
  async function change(chosen: SettingsChange, shown: Partial<NotificationSettings> = {}): Promise<void> {
    source.value = { ...source.value, ...shown };
    told.value = { text: '', isWrong: false };
    const mine = before.current.then(() => changeSettings(chosen));
    const ended = mine.catch(() => undefined);
    before.current = ended;
    try {
      const answer = await mine;
      // What was chosen meanwhile is on its way.
      if (before.current === ended) source.value = answer;
      told.value = { text: words.saved, isWrong: false };
    } catch (error) {
      source.value = await loadSettings().catch(() => source.value);
      throw error;
    }
  }

  function choose(chosen: SettingsChange, shown: Partial<NotificationSettings>): void {
    change(chosen, shown).catch((error: unknown) => {
      const { form, fields } = formErrorsFrom(error, {});
      told.value = { text: form ?? Object.values(fields)[0] ?? '', isWrong: true };
    });
  }

  return (
    <div class="page narrow">
      <a class="back-link" href="/notifications">
        <Icon name="back" size={18} />
        {notificationMessages.value.title}
      </a>
      <h1>{words.title}</h1>
      <section class="panel settings">
        <Choice
          label={words.language}
          name="language"
          value={language}
          options={{ ko: '한국어', en: 'English' }}
          onValue={(next) => choose({ language: next }, { language: next })}
        />
        <label class="switch">
          <input
            type="checkbox"
            checked={email.on && email.available}
            disabled={!email.available}
            onChange={() => choose({ email: !email.on }, { email: { ...email, on: !email.on } })}
          />
          <span>
            <strong>{words.email}</strong>
            <span class="small soft">{email.available ? words.emailTo(email.address) : words.noEmail}</span>
          </span>
        </label>
        <WebhookField
          name="slack"
          label={words.slack}
          placeholder="https://hooks.slack.com/services/…"
          shown={slack.webhookUrl}
          onSave={(url) => change({ slack: url })}
        />
        <WebhookField
          name="discord"
          label={words.discord}
          placeholder="https://discord.com/api/webhooks/…"
          shown={discord.webhookUrl}
          onSave={(url) => change({ discord: url })}
        />
      </section>
      <ChannelTable settings={source.value} choose={choose} />
      <p class="settings-told" role="status" data-wrong={told.value.isWrong}>
        {told.value.text}
      </p>
    </div>
  );
}
