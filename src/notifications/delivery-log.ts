/** The log of deliveries, for administrators: what was sent to whom over which channel, and what became of it. Never to which address, and never what it said. */
import { accountNamed } from '../accounts/store.ts';
import { Conditions } from '../database/conditions.ts';
import type { Queryable } from '../database/database.ts';
import type { ChannelName, NotificationType } from './notification.ts';

export const DELIVERY_STATES = ['pending', 'sent', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface LoggedDelivery {
  readonly id: string;
  readonly notificationId: string;
  readonly person: { readonly id: string; readonly username: string | null };
  readonly type: NotificationType;
  readonly channel: ChannelName;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly failure: string | null;
  readonly createdAt: string;
  readonly dueAt: string;
  readonly endedAt: string | null;
}

interface LogRow {
  id: string;
  notification_id: string;
  user_id: string;
  username: string | null;
  type: NotificationType;
  channel: ChannelName;
  state: DeliveryState;
  attempts: number;
  failure: string | null;
  created_at: Date;
  due_at: Date;
  ended_at: Date | null;
}

const DELIVERIES = `
  select d.id::text, d.notification_id::text, d.user_id::text, a.username, d.type, d.channel, d.state, d.attempts, d.failure,
         d.created_at, d.due_at, d.ended_at
  from deliveries d left join accounts a on a.id = d.user_id`;

export interface DeliveryFilter {
  readonly state?: DeliveryState;
  readonly type?: NotificationType;
  readonly channel?: ChannelName;
  readonly userId?: string;
  /** In capital or small letters. */
  readonly username?: string;
  /** The list goes on after this id. */
  readonly after?: string;
  readonly limit: number;
}

/** Newest first; `next` is the last one's id, or null at the end. */
export async function deliveriesBy(
  database: Queryable,
  { state, type, channel, userId, username, after, limit }: DeliveryFilter,
): Promise<{ deliveries: LoggedDelivery[]; next: string | null }> {
  const filter = new Conditions();
  // Written out, so that the index of what has failed is known to fit.
  if (state !== undefined) filter.add(`d.state = '${state}'`);
  filter.when(type, (place) => `d.type = ${place}`);
  filter.when(channel, (place) => `d.channel = ${place}`);
  filter.when(userId, (place) => `d.user_id = ${place}`);
  filter.when(username, (place) => `d.user_id = ${accountNamed(place)}`);
  filter.when(after, (place) => `d.id < ${place}`);
  const rows = await database.query<LogRow>(
    `${DELIVERIES} ${filter.text} order by d.id desc limit ${filter.place(limit + 1)}`,
    filter.values,
  );
  const deliveries = rows.slice(0, limit).map(readRow);
  return { deliveries, next: rows.length > limit ? (deliveries.at(-1)?.id ?? null) : null };
}

const SEND_AGAIN = `
  with again as (
    update deliveries set state = 'pending', due_at = clock_timestamp(), attempts = 0, ended_at = null
    where id = $1 and state = 'failed' and channel <> 'in_app'
    returning id
  ), anew as (
    insert into deliveries (notification_id, user_id, type, channel, state, due_at)
    select notification_id, user_id, type, channel, 'pending', clock_timestamp() from deliveries
    where id = $1 and state = 'sent' and channel <> 'in_app'
    returning id
  )
  select id::text from again union all select id::text from anew`;

const FIND = `${DELIVERIES} where d.id = $1`;

/**
 * One that has failed is tried anew. One that was sent is sent as a new delivery, with an id of its own: the other side must not take it for a repeat. One that is on its way
 * stays as it is. Undefined: there is none.
 */
export async function sendAgain(database: Queryable, id: string): Promise<LoggedDelivery | undefined> {
  const [sent] = await database.query<{ id: string }>(SEND_AGAIN, [id]);
  const [row] = await database.query<LogRow>(FIND, [sent?.id ?? id]);
  return row && readRow(row);
}

function readRow(row: LogRow): LoggedDelivery {
  return {
    id: row.id,
    notificationId: row.notification_id,
    person: { id: row.user_id, username: row.username },
    ...{ type: row.type, channel: row.channel, state: row.state, attempts: row.attempts, failure: row.failure },
    createdAt: row.created_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}
