/** A person's notification centre, as it is stored: what they were told in the app, newest first. */
import type { Queryable } from '../database/database.ts';
import type { NotificationData, NotificationType } from './notification.ts';

export interface CentreEntry {
  readonly id: string;
  readonly type: NotificationType;
  readonly data: NotificationData[NotificationType];
  readonly toldAt: Date;
  readonly readAt: Date | null;
}

/** Where the list goes on: after this one. */
export interface CentrePlace {
  readonly toldAtMicros: string;
  readonly id: string;
}

const LIST = `
  select id::text, type, data, told_at as "toldAt", read_at as "readAt", (extract(epoch from told_at) * 1000000)::bigint as micros
  from notifications
  where user_id = $1 and in_app
    and ($2::bigint is null or (told_at, id) < ('epoch'::timestamptz + $2 * interval '1 microsecond', $3::bigint))
  order by told_at desc, id desc limit $4`;

const UNREAD = 'select count(*)::int as unread from notifications where user_id = $1 and in_app and read_at is null';

const READ_UP_TO = `
  update notifications set read_at = statement_timestamp()
  where user_id = $1 and in_app and read_at is null
    and (told_at, id) <= (select l.told_at, l.id from notifications l where l.user_id = $1 and l.in_app and l.id = $2)`;

export async function centreOf(
  database: Queryable,
  userId: string,
  { after, limit }: { readonly after?: CentrePlace; readonly limit: number },
): Promise<{ entries: CentreEntry[]; next: CentrePlace | null; unread: number }> {
  const [rows, [count]] = await Promise.all([
    database.query<CentreEntry & { micros: string }>(LIST, [
      userId,
      after?.toldAtMicros ?? null,
      after?.id ?? null,
      limit + 1,
    ]),
    database.query<{ unread: number }>(UNREAD, [userId]),
  ]);
  const entries = rows.slice(0, limit);
  const last = rows.length > limit ? entries.at(-1) : undefined;
  return { entries, next: last ? { toldAtMicros: last.micros, id: last.id } : null, unread: count?.unread ?? 0 };
}

/** This one and all that they were told before. One that is not theirs changes nothing. */
export async function readUpTo(database: Queryable, userId: string, id: string): Promise<void> {
  await database.query(READ_UP_TO, [userId, id]);
}
