/**
 * What the notification service is told by others, in the transactions in which it becomes true: something that one person, or all who follow a drop, must hear of.
 *
 *   notify, due now      ──> stored as told; its deliveries are on their way; its message is the caller's to put at the end of the transaction (putMessages)
 *   notify, due later    ──> stored as scheduled, until its hour (due.ts) or `cancel`
 *   announce             ──> stored once for all who follow; told to them from its hour on (due.ts), unless `cancelAnnouncements` comes first; announced again, it is on again
 *
 * Each person is told of one thing once: a key that was received before does nothing.
 */
import type { Queryable } from '../database/database.ts';
import type { PersonalMessage } from '../realtime/inbox.ts';
import type { Announcement, FollowedType, Notice } from './notification.ts';
import { isOffByDefault, type Preferences, type Ways } from './preferences.ts';
import { deliver, hearing, preferencesOf, type Told } from './telling.ts';

/** Due now, without saying so: the hour is not the sender's clock's. */
const STORE = `
  insert into notifications (user_id, type, dedupe_key, data, due_at, channels, state, told_at, in_app)
  select n.user_id, n.type, n.dedupe_key, n.data::json, coalesce(n.due_at, statement_timestamp()), string_to_array(n.channels, ','),
         case when later then 'scheduled' else 'told' end,
         case when not later then statement_timestamp() end,
         n.in_app and not later
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[], $7::text[])
         with ordinality as n (user_id, type, dedupe_key, data, due_at, in_app, channels, position)
  cross join lateral (select coalesce(n.due_at > statement_timestamp(), false) as later) l
  order by n.user_id, n.position
  on conflict (user_id, dedupe_key) do nothing
  returning id::text, user_id::text as "userId", dedupe_key as "dedupeKey", told_at as "toldAt"`;

const ANNOUNCE = `
  insert into announcements (drop_id, type, dedupe_key, data, due_at, state)
  select a.drop_id, a.type, a.dedupe_key, a.data::json, coalesce(a.due_at, statement_timestamp()), 'scheduled'
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) as a (drop_id, type, dedupe_key, data, due_at)
  order by a.dedupe_key
  on conflict (dedupe_key) do update set due_at = excluded.due_at, data = excluded.data, state = 'scheduled'
  where announcements.state in ('scheduled', 'cancelled')`;

const CANCEL_ANNOUNCEMENTS = `
  update announcements set state = 'cancelled'
  where drop_id = $1 and type = $2 and state = 'scheduled' and dedupe_key is distinct from $3`;

/** As the sender does without further means: over all channels that there are. */
const ALL_WAYS: Ways = { email: true };

export interface NoticeKey {
  readonly userId: string;
  readonly dedupeKey: string;
}

interface StoredRow extends NoticeKey {
  id: string;
  /** Null: scheduled. */
  toldAt: Date | null;
}

/**
 * Receives things to be told to one person each; up to some thousand in a batch. Returns messages for their sockets, in the order of the notices: put them (putMessages)
 * last in this transaction, and announce them after its commit. Nothing is stored of what its hearer does not want to hear of now.
 */
export async function notify(
  transaction: Queryable,
  notices: readonly Notice[],
  ways: Ways = ALL_WAYS,
): Promise<PersonalMessage[]> {
  if (notices.length === 0) return [];
  const preferences = await preferencesOf(
    transaction,
    notices.map(({ userId }) => userId),
  );
  const wanted = eachOnce(notices)
    .filter((notice) => mayBeHeard(notice, preferences))
    .map((notice) => ({ ...notice, asked: notice.channels?.join() ?? null, ...hearing(notice, preferences, ways) }))
    .filter(({ dueAt, channels }) => dueAt !== undefined || channels.length > 0);
  if (wanted.length === 0) return [];
  const rows = await transaction.query<StoredRow>(STORE, [
    wanted.map(({ userId }) => userId),
    wanted.map(({ type }) => type),
    wanted.map(({ dedupeKey }) => dedupeKey),
    wanted.map(({ data }) => JSON.stringify(data)),
    wanted.map(({ dueAt }) => dueAt ?? null),
    wanted.map(({ channels }) => channels.includes('in_app')),
    wanted.map(({ asked }) => asked),
  ]);
  const stored = new Map(rows.map((row) => [keyOf(row), row]));
  const told = wanted.flatMap((notice): Told[] => {
    const row = stored.get(keyOf(notice));
    return row === undefined || row.toldAt === null ? [] : [{ ...notice, id: row.id, toldAt: row.toldAt }];
  });
  return deliver(transaction, told, ways);
}

/** A look that costs nothing, for what comes a hundred thousand at a time and few want to hear of. */
function mayBeHeard({ userId, type, dueAt }: Notice, preferences: ReadonlyMap<string, Preferences>): boolean {
  return dueAt !== undefined || !isOffByDefault(type) || preferences.get(userId)?.choices[type] !== undefined;
}

function eachOnce(notices: readonly Notice[]): Notice[] {
  const keys = new Set<string>();
  return notices.filter((notice) => keys.size !== keys.add(keyOf(notice)).size);
}

function keyOf({ userId, dedupeKey }: NoticeKey): string {
  return `${userId} ${dedupeKey}`;
}

/** What is still scheduled of these is not told any more. What has been told stays told. */
export async function cancel(transaction: Queryable, keys: readonly NoticeKey[]): Promise<void> {
  if (keys.length === 0) return;
  await transaction.query('select from cancel_notifications($1, $2)', [
    keys.map(({ userId }) => userId),
    keys.map(({ dedupeKey }) => dedupeKey),
  ]);
}

/** Receives things to be told to all who follow a drop. One that was received before and is still to be told moves to the new hour; the last in a batch counts. */
export async function announce(transaction: Queryable, announcements: readonly Announcement[]): Promise<void> {
  if (announcements.length === 0) return;
  const each = [...new Map(announcements.map((announcement) => [announcement.dedupeKey, announcement])).values()];
  await transaction.query(ANNOUNCE, [
    each.map(({ dropId }) => dropId),
    each.map(({ type }) => type),
    each.map(({ dedupeKey }) => dedupeKey),
    each.map(({ data }) => JSON.stringify(data)),
    each.map(({ dueAt }) => dueAt ?? null),
  ]);
}

/** What is still to be announced of this drop is not, but for one: the drop was cancelled, say. Who has heard of it has heard of it. */
export async function cancelAnnouncements(
  transaction: Queryable,
  { dropId, type, butFor }: { readonly dropId: string; readonly type: FollowedType; readonly butFor?: string },
): Promise<void> {
  await transaction.query(CANCEL_ANNOUNCEMENTS, [dropId, type, butFor ?? null]);
}
