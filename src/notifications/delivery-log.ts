/**
 * The log of deliveries, for administrators: what was sent to whom over which channel, and what became of it. Never to which address, and never what it said.
 *
 * One index leads: of one person's, of what has failed, or of all by their ids. For whatever else was asked the list is looked through, in short statements.
 */
import { accountNamed } from '../accounts/store.ts';
import { Conditions } from '../database/conditions.ts';
import type { Queryable } from '../database/database.ts';
import { type Looked, lookThrough } from '../database/look-through.ts';
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

/** Of deliveries `d`. */
const WITH_PERSON = (deliveries: string): string => `
  select d.id::text, d.notification_id::text, d.user_id::text, a.username, d.type, d.channel, d.state, d.attempts, d.failure,
         d.created_at, d.due_at, d.ended_at
  from ${deliveries} d left join lateral (select username from accounts where id = d.user_id offset 0) a on true`;

/** `leads`: which deliveries, by an index. `asked`: which of the next so many are meant. */
const look = (leads: string, asked: string, window: string, wanted: string): string => `
  with looked as materialized (select * from deliveries d ${leads} order by d.id desc limit ${window}),
  meant as materialized (select * from looked d ${asked} order by d.id desc limit ${wanted}),
  reached as (select min(id)::text as "reachedId", count(*)::int as looked from looked)
  select r.*, f.* from reached r left join (${WITH_PERSON('meant')} order by d.id desc) f on true
  order by f.id::bigint desc`;

/** Without a delivery where none was meant. */
type LookedRow = (LogRow | { readonly id: null }) & { readonly looked: number; readonly reachedId: string | null };

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

/** Newest first; `next` is where the list goes on, or null at its end. What is rare is not looked for for ever: a page may be shorter than it might be. */
export async function deliveriesBy(
  database: Queryable,
  filter: DeliveryFilter,
): Promise<{ deliveries: LoggedDelivery[]; next: string | null }> {
  const { after, limit } = filter;
  const { found, reached } = await lookThrough<LogRow, string | undefined>(after, limit + 1, (place, window, wanted) =>
    lookBehind(database, filter, { after: place, window, wanted }),
  );
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { deliveries: shown.map(readRow), next: last ? last.id : (reached ?? null) };
}

async function lookBehind(
  database: Queryable,
  { state, type, channel, userId, username }: DeliveryFilter,
  { after, window, wanted }: { after: string | undefined; window: number; wanted: number },
): Promise<Looked<LogRow, string | undefined>> {
  const leads = new Conditions();
  const asked: string[] = [];
  if (userId !== undefined) asked.push(`d.user_id = ${leads.place(userId)}`);
  if (username !== undefined) asked.push(`d.user_id = ${accountNamed(leads.place(username))}`);
  // Written out, so that the index of what has failed is known to fit.
  if (state === 'failed') asked.push(`d.state = 'failed'`);
  const first = asked.shift();
  if (first !== undefined) leads.add(first);
  if (state !== undefined && state !== 'failed') asked.push(`d.state = ${leads.place(state)}`);
  if (type !== undefined) asked.push(`d.type = ${leads.place(type)}`);
  if (channel !== undefined) asked.push(`d.channel = ${leads.place(channel)}`);
  leads.when(after, (place) => `d.id < ${place}`);
  const where = asked.length > 0 ? `where ${asked.join(' and ')}` : '';
  const rows = await database.query<LookedRow>(
    look(leads.text, where, leads.place(window), leads.place(wanted)),
    leads.values,
  );
  const found = rows.filter((row): row is LookedRow & LogRow => row.id !== null);
  const looked = rows[0]?.looked ?? 0;
  // A window that is not full was the last.
  const isEnd = looked < window && found.length < wanted;
  return { found, reached: isEnd ? null : (rows[0]?.reachedId ?? null) };
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

const FIND = `${WITH_PERSON('deliveries')} where d.id = $1`;

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
