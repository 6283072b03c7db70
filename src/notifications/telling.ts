/** Telling: what has been stored as told goes to its hearers over their channels. What all do who tell something: at once, at its hour, or to all who follow a drop. */
import type { Queryable } from '../database/database.ts';
import type { PersonalMessage } from '../realtime/inbox.ts';
import type { ChannelName, Language, NotificationData, NotificationType, NotificationView } from './notification.ts';
import { type Choices, channelsOf, NO_PREFERENCES, type Preferences, type Ways } from './preferences.ts';
import { type Text, textOf } from './texts/text.ts';

export interface Told {
  readonly id: string;
  readonly userId: string;
  readonly type: NotificationType;
  readonly data: NotificationData[NotificationType];
  readonly toldAt: Date;
  readonly language: Language;
  readonly channels: readonly ChannelName[];
}

interface PreferencesRow {
  userId: string;
  email: boolean;
  language: Language;
  slack: boolean;
  discord: boolean;
  choices: Choices;
}

/** What is in the app needs no sending. */
const DELIVER = `
  insert into deliveries (notification_id, user_id, type, channel, state, attempts, due_at, ended_at)
  select d.id, d.user_id, d.type, d.channel,
         case d.channel when 'in_app' then 'sent' else 'pending' end,
         case d.channel when 'in_app' then 1 else 0 end,
         statement_timestamp(),
         case d.channel when 'in_app' then statement_timestamp() end
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as d (id, user_id, type, channel)`;

/** Of these people; who is not in it has NO_PREFERENCES. */
export async function preferencesOf(
  transaction: Queryable,
  userIds: Iterable<string>,
): Promise<ReadonlyMap<string, Preferences>> {
  const rows = await transaction.query<PreferencesRow>('select * from preferences_of($1)', [[...new Set(userIds)]]);
  return new Map(rows.map(({ userId, ...preferences }) => [userId, preferences]));
}

/** Over which channels each hears of it, in the language they read. */
export function hearing(
  {
    userId,
    type,
    channels: asked,
  }: {
    readonly userId: string;
    readonly type: NotificationType;
    readonly channels?: readonly ChannelName[] | null;
  },
  preferences: ReadonlyMap<string, Preferences>,
  ways: Ways,
): { readonly language: Language; readonly channels: readonly ChannelName[] } {
  const own = preferences.get(userId) ?? NO_PREFERENCES;
  return { language: own.language, channels: channelsOf(type, own, ways, asked ?? undefined) };
}

/** Puts the deliveries of what was just told on their way. Returns the messages for its hearers' sockets, in the same order. */
export async function deliver(transaction: Queryable, told: readonly Told[], ways: Ways): Promise<PersonalMessage[]> {
  const deliveries = told.flatMap(({ id, userId, type, channels }) =>
    channels.map((channel) => ({ id, userId, type, channel })),
  );
  if (deliveries.length > 0) {
    await transaction.query(DELIVER, [
      deliveries.map(({ id }) => id),
      deliveries.map(({ userId }) => userId),
      deliveries.map(({ type }) => type),
      deliveries.map(({ channel }) => channel),
    ]);
  }
  for (const { type, channels } of told) ways.onTold?.(type, channels);
  return told
    .filter(({ channels }) => channels.includes('in_app'))
    .map((each) => ({ userId: each.userId, body: messageOf(each) }));
}

function messageOf(told: Told): string {
  return JSON.stringify({ type: 'notification', notification: viewOf({ ...told, readAt: null }, told.language) });
}

/** A notification as its owner sees it. */
export function viewOf(
  { id, type, data, toldAt, readAt }: Omit<Told, 'userId' | 'language' | 'channels'> & { readonly readAt: Date | null },
  language: Language,
): NotificationView {
  const { title, text, path } = wordsOf(type, data, language);
  return { id, type, title, text, path, toldAt: toldAt.toISOString(), readAt: readAt?.toISOString() ?? null, data };
}

/** While versions change, a type may be there that only the other one has words for: it must not take all others of its owner with it. */
function wordsOf(type: NotificationType, data: NotificationData[NotificationType], language: Language): Text {
  try {
    return textOf(language, type, data);
  } catch {
    return { title: type, text: '', path: null };
  }
}
