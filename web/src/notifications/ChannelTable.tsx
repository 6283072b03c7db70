import {
  type Channel,
  channels,
  isAsBegun,
  type NotificationSettings,
  type SettingsChange,
  type TypeSettings,
  toggled,
} from './notification.ts';
import { notificationMessages } from './notification-messages.ts';

interface ChannelTableProps {
  settings: NotificationSettings;
  choose: (change: SettingsChange, shown: Partial<NotificationSettings>) => void;
}

/** What I hear of, over which channels. A channel that is not set up can be chosen already: it counts once it is. */
export function ChannelTable({ settings, choose }: ChannelTableProps) {
  const words = notificationMessages.value.settings;
  const { types } = settings;
  const changed = types.filter((type) => !type.fixed && !isAsBegun(type));
  const names: Record<string, string> = words.types;

  function toggle({ type, channels: chosen }: TypeSettings, channel: Channel): void {
    const next = toggled(chosen, channel);
    choose(
      { choices: { [type]: next } },
      { types: types.map((known) => (known.type === type ? { ...known, channels: next } : known)) },
    );
  }

  function reset(): void {
    choose(
      { choices: Object.fromEntries(changed.map(({ type }) => [type, null])) },
      { types: types.map((type) => (type.fixed ? type : { ...type, channels: type.defaults })) },
    );
  }

  return (
    <section class="panel settings">
      <table class="channel-table">
        <caption>
          <h2>{words.tableTitle}</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="for-readers">{words.type}</span>
            </th>
            {channels.map((channel) => (
              <th key={channel} scope="col" class="small soft">
                {words.channels[channel]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {types.map((type) => (
            <tr key={type.type}>
              <th scope="row">{names[type.type] ?? type.type}</th>
              {channels.map((channel) => (
                <td key={channel} data-off={!isSetUp(settings, channel)}>
                  <label>
                    <input
                      type="checkbox"
                      aria-label={`${names[type.type] ?? type.type}: ${words.channels[channel]}`}
                      checked={type.channels.includes(channel)}
                      disabled={type.fixed}
                      onChange={() => toggle(type, channel)}
                    />
                  </label>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="small soft">{words.offHint}</p>
      <button type="button" class="button" disabled={changed.length === 0} onClick={reset}>
        {words.reset}
      </button>
    </section>
  );
}

function isSetUp({ email, slack, discord }: NotificationSettings, channel: Channel): boolean {
  if (channel === 'email') return email.on && email.available;
  if (channel === 'slack') return slack.webhookUrl !== null;
  if (channel === 'discord') return discord.webhookUrl !== null;
  return true;
}
