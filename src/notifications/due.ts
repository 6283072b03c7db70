/**
 * Tells what is due: scheduled notifications, and announcements to all who follow a drop. All workers do it at the same time, kept apart by locks on rows; a batch is one
 * transaction, so a worker that dies in the middle of one has told nobody.
 *
 *   notification   scheduled ──its hour──> told, with its deliveries on their way; or cancelled: it is not worth telling any more (outlived.ts)
 *   announcement   scheduled ──its hour──> told to the next thousand followers, by their ids, up to `after_user_id`, again and again ──no more──> told
 *                                     └──what it says of the drop is not so (any more)──> cancelled
 *
 * By the database's clock, so nothing is told early. Each person's key makes sure, besides, that nobody is told twice.
 */
import type { Database, Queryable } from '../database/database.ts';
import type { News } from '../fleet/news.ts';
import { type Numbered, type PersonalMessage, putMessages } from '../realtime/inbox.ts';
import type { SharedJob } from '../worker/jobs.ts';
import {
  type ChannelName,
  FOLLOWED_TYPES,
  type FollowedType,
  NOTIFICATION_TYPES,
  type Notice,
  type NotificationData,
  type NotificationType,
} from './notification.ts';
import { notify } from './notify.ts';
import { outlived } from './outlived.ts';
import type { Ways } from './preferences.ts';
import { deliver, hearing, preferencesOf } from './telling.ts';

const EVERY_MS = 89;
/** Of one transaction: from its end on everybody else's messages wait. */
const BATCH_MAX = 1_000;
/** A round ends after so many, full ones all of them: other jobs and a stop have their turn. */
const BATCHES_MAX = 20;

export interface DueParts {
  readonly database: Database;
  readonly news: Pick<News, 'announce'>;
  readonly ways: Ways;
}

/** How a batch ended: with nothing left, or with more to do; and what is to be announced. */
interface Batch {
  readonly more: boolean;
  readonly messages: readonly PersonalMessage[];
}

export function dueJob({ database, news, ways }: DueParts): SharedJob {
  async function inBatches(next: (transaction: Queryable) => Promise<Batch>, stopping?: AbortSignal): Promise<void> {
    for (let batch = 0; batch < BATCHES_MAX && !stopping?.aborted; batch += 1) {
      let numbered: Numbered[] = [];
      const { more } = await database.transaction(async (transaction) => {
        const done = await next(transaction);
        numbered = await putMessages(transaction, done.messages);
        return done;
      });
      if (numbered.length > 0) news.announce('messages', { messages: numbered });
      if (!more) return;
    }
  }
  return {
    name: 'notifications-due',
    everyMs: EVERY_MS,
    shared: true,
    async run(stopping) {
      const [due] = await database.query<DueNow>(WHAT_IS_DUE, [NOTIFICATION_TYPES, FOLLOWED_TYPES]);
      if (due?.notifications) await inBatches((transaction) => tellDue(transaction, ways), stopping);
      if (due?.announcements) await inBatches((transaction) => tellFollowers(transaction, ways), stopping);
    },
  };
}

interface DueNow {
  notifications: boolean;
  announcements: boolean;
}

const WHAT_IS_DUE = 'select notifications, announcements from what_is_due($1, $2)';

interface DueRow {
  id: string;
  userId: string;
  type: NotificationType;
  data: NotificationData[NotificationType];
  /** Over which its sender wants it told; null: over all that its hearer has chosen. */
  channels: ChannelName[] | null;
}

const DUE = `select id, user_id as "userId", type, data, channels from due_notifications($1, $2)`;
const TELL = `select id, told_at as "toldAt" from tell_notifications($1, $2, $3)`;

async function tellDue(transaction: Queryable, ways: Ways): Promise<Batch> {
  const due = await transaction.query<DueRow>(DUE, [NOTIFICATION_TYPES, BATCH_MAX]);
  if (due.length === 0) return { more: false, messages: [] };
  const over = await outlived(transaction, due);
  const preferences = await preferencesOf(
    transaction,
    due.map(({ userId }) => userId),
  );
  const each = due.map((notice) => ({
    ...notice,
    ...hearing(notice, preferences, ways),
    happens: !over.has(notice),
  }));
  const rows = await transaction.query<{ id: string; toldAt: Date | null }>(TELL, [
    each.map(({ id }) => id),
    each.map(({ happens }) => (happens ? 'told' : 'cancelled')),
    each.map(({ happens, channels }) => happens && channels.includes('in_app')),
  ]);
  const toldAt = new Map(rows.map((row) => [row.id, row.toldAt]));
  const told = each.flatMap((notice) => {
    const at = toldAt.get(notice.id) ?? null;
    return at === null ? [] : [{ ...notice, toldAt: at }];
  });
  return { more: due.length === BATCH_MAX, messages: await deliver(transaction, told, ways) };
}

interface AnnouncementRow {
  id: string;
  dropId: string;
  afterUserId: string;
  type: FollowedType;
  dedupeKey: string;
  data: NotificationData[FollowedType];
  isSo: boolean;
}

const DUE_ANNOUNCEMENT = `
  select id, drop_id as "dropId", after_user_id as "afterUserId", type, dedupe_key as "dedupeKey", data, is_so as "isSo"
  from due_announcement($1)`;
const FOLLOWERS = 'select user_id as "userId" from followers($1, $2, $3, $4)';
const TOLD_UP_TO = 'update announcements set after_user_id = $2, state = $3 where id = $1';

async function tellFollowers(transaction: Queryable, ways: Ways): Promise<Batch> {
  const [due] = await transaction.query<AnnouncementRow>(DUE_ANNOUNCEMENT, [FOLLOWED_TYPES]);
  if (due === undefined) return { more: false, messages: [] };
  const { id, dropId, afterUserId, type, dedupeKey, data, isSo } = due;
  if (!isSo) {
    await transaction.query(TOLD_UP_TO, [id, afterUserId, 'cancelled']);
    return { more: true, messages: [] };
  }
  const followers = await transaction.query<{ userId: string }>(FOLLOWERS, [dropId, type, afterUserId, BATCH_MAX]);
  const notices = followers.map(({ userId }) => ({ userId, type, data, dedupeKey }) as Notice);
  const messages = await notify(transaction, notices, ways);
  const upTo = followers.at(-1)?.userId ?? afterUserId;
  await transaction.query(TOLD_UP_TO, [id, upTo, followers.length < BATCH_MAX ? 'told' : 'scheduled']);
  // Another may be due, too.
  return { more: true, messages };
}
