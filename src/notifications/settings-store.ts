/** What people have chosen of their notifications, as it is stored: a row for who has chosen anything. */
import type { Queryable } from '../database/database.ts';
import type { ChannelName, Language, NotificationType } from './notification.ts';
import { type Choices, LANGUAGE_DEFAULT } from './preferences.ts';

export interface NotificationSettings {
  readonly language: Language;
  readonly email: boolean;
  /** Whole: who knows it can write there. */
  readonly slackUrl: string | null;
  readonly discordUrl: string | null;
  readonly choices: Choices;
}

const READ = `
  select language, email, slack_url as "slackUrl", discord_url as "discordUrl", choices
  from notification_settings where user_id = $1`;

/** Of the choices only those that are given, so that two changes at once don't undo each other. Null: as by default again. */
const WRITE = `
  insert into notification_settings as s (user_id, language, email, slack_url, discord_url, choices)
  values ($1, coalesce($2, $9), coalesce($3, true), $5, $7, jsonb_strip_nulls($8::jsonb)::json)
  on conflict (user_id) do update
  set language = coalesce($2, s.language), email = coalesce($3, s.email),
      slack_url = case when $4 then $5 else s.slack_url end,
      discord_url = case when $6 then $7 else s.discord_url end,
      choices = jsonb_strip_nulls(s.choices::jsonb || $8::jsonb)::json
  returning language, email, slack_url as "slackUrl", discord_url as "discordUrl", choices`;

const BEGIN = 'insert into notification_settings (user_id, language) values ($1, $2) on conflict (user_id) do nothing';

const EVERYBODY: NotificationSettings = {
  ...{ language: LANGUAGE_DEFAULT, email: true, slackUrl: null, discordUrl: null },
  choices: {},
};

export async function settingsOf(database: Queryable, userId: string): Promise<NotificationSettings> {
  const [row] = await database.query<NotificationSettings>(READ, [userId]);
  return row ?? EVERYBODY;
}

/** What is not given stays. */
export interface SettingsChange {
  readonly language?: Language;
  readonly email?: boolean;
  readonly slackUrl?: string | null;
  readonly discordUrl?: string | null;
  readonly choices?: Partial<Record<NotificationType, readonly ChannelName[] | null>>;
}

export async function changeSettings(
  database: Queryable,
  userId: string,
  { language, email, slackUrl, discordUrl, choices = {} }: SettingsChange,
): Promise<NotificationSettings> {
  const [row] = await database.query<NotificationSettings>(WRITE, [
    ...[userId, language ?? null, email ?? null],
    ...[slackUrl !== undefined, slackUrl ?? null, discordUrl !== undefined, discordUrl ?? null],
    ...[JSON.stringify(choices), LANGUAGE_DEFAULT],
  ]);
  return row ?? EVERYBODY;
}

/** Of a new account. */
export async function beginSettings(transaction: Queryable, userId: string, language: Language): Promise<void> {
  await transaction.query(BEGIN, [userId, language]);
}
