/**
 * What is told late must still be so: nobody is warned of a slot that they have paid, or told that a drop opens soon that has opened. So each notification is looked at once more, when
 * its hour comes, and again each time a letter is about to leave, which may be hours later if the channel was away. Which type holds how long stands in notifications.sql.
 */
import type { Queryable } from '../database/database.ts';
import type { NotificationData, NotificationType } from './notification.ts';

interface Telling {
  /** Null: the notification itself is gone. */
  readonly type: NotificationType | null;
  readonly data: NotificationData[NotificationType];
}

/** Those that are not worth telling any more; all in one statement. */
export async function outlived<Each extends Telling>(
  database: Queryable,
  tellings: readonly Each[],
): Promise<ReadonlySet<Each>> {
  if (tellings.length === 0) return new Set();
  const rows = await database.query<{ place: number }>('select place from outlived($1, $2)', [
    tellings.map(({ type }) => type),
    tellings.map(({ data }) => JSON.stringify(data)),
  ]);
  return new Set(rows.flatMap(({ place }) => tellings[place - 1] ?? []));
}
