/**
 * Each person's stream of messages: what has happened, for all of their sockets, wherever and whenever those are open (docs/socket.md).
 *
 * Messages are numbered over all people, in the order of their commits and without gaps: whoever takes numbers holds the head's row until the commit. So "all up to
 * 41" is a thing that can be known, a cursor is one number, and a gateway that has read up to 41 needs what comes after it (inbox-reader.ts).
 */
import type { Queryable } from '../database/database.ts';

export interface PersonalMessage {
  readonly userId: string;
  /** A JSON object, as it travels, without its cursor: `{"type":…`. */
  readonly body: string;
}

/** A message with its number. */
export type Numbered = readonly [number: number, userId: string, body: string];

/** A process that freezes before its commit holds up everybody's messages: after so long the database ends its transaction. */
const HEAD_HELD_MS_MAX = 3_000;

const PUT = `
  with head as (update message_head set number = number + cardinality($1::bigint[]) returning number),
  put as (
    insert into messages (number, user_id, body)
    select head.number - cardinality($1::bigint[]) + m.position, m.user_id, m.body
    from head, unnest($1::bigint[], $2::text[]) with ordinality as m (user_id, body, position))
  select number, set_config('idle_in_transaction_session_timeout', '${HEAD_HELD_MS_MAX}', true) from head`;

/**
 * Writes messages, in this order. Belongs at the end of the transaction: from here to the commit everybody else who writes messages waits. Tell the gateways after the commit.
 */
export async function putMessages(transaction: Queryable, messages: readonly PersonalMessage[]): Promise<Numbered[]> {
  if (messages.length === 0) return [];
  const [row] = await transaction.query<{ number: string }>(PUT, [
    messages.map(({ userId }) => userId),
    messages.map(({ body }) => body),
  ]);
  const first = Number(row?.number) - messages.length + 1;
  return messages.map(({ userId, body }, place) => [first + place, userId, body] as const);
}

/** All of one snapshot. */
const READ = `
  select h.number as head, h.forgotten, m.number, m.user_id, m.body
  from message_head h left join lateral (
    select number, user_id, body from messages where number > $1 order by number limit $2) m on true
  order by m.number`;

export interface Reading {
  /** The number of the last message that there is. */
  readonly head: number;
  /** Up to this number it is not known any more what there was. */
  readonly forgotten: number;
  readonly messages: readonly Numbered[];
}

interface ReadingRow {
  readonly head: string;
  readonly forgotten: string;
  readonly number: string | null;
  readonly user_id: string;
  readonly body: string;
}

/** The next messages after this number, whoever they are for. */
export async function messagesAfter(database: Queryable, number: number, limit: number): Promise<Reading> {
  const rows = await database.query<ReadingRow>(READ, [number, limit]);
  const messages = rows.flatMap(({ number, user_id, body }) =>
    number === null ? [] : [[Number(number), user_id, body] as const],
  );
  return { head: Number(rows[0]?.head), forgotten: Number(rows[0]?.forgotten), messages };
}

const HEAD = 'select number from message_head';

/** The number of the last message. */
export async function headOf(database: Queryable): Promise<number> {
  const [row] = await database.query<{ number: string }>(HEAD);
  return Number(row?.number);
}

const SKIP_TO = `
  update message_head set number = greatest(number, $1), forgotten = greatest(forgotten, $1) returning number`;

/** The next messages have greater numbers than this, and no cursor below it is known any more. Resolves with the number that is the last one then. */
export async function skipTo(database: Queryable, number: number): Promise<number> {
  const [row] = await database.query<{ number: string }>(SKIP_TO, [number]);
  return Number(row?.number);
}

/** Beyond so many, a client is better off asking for what it shows. */
const REPLAYED_MAX = 1_000;

/** All of one snapshot: whoever has these has what was written up to `head`. */
const REPLAY = `
  select r.position, h.number as head, h.forgotten, m.number, m.body
  from message_head h, unnest($1::bigint[], $2::bigint[]) with ordinality as r (user_id, cursor, position)
  left join lateral (
    select number, body from messages where user_id = r.user_id and number > r.cursor order by number limit ${REPLAYED_MAX + 1}) m on true
  order by r.position, m.number`;

export interface ReplayRequest {
  readonly userId: string;
  readonly cursor: number;
  /** Asked again when its turn comes: false when nobody waits for it any more. */
  readonly isWanted?: () => boolean;
}

export interface Replay {
  /** Whether `messages` are all that came after the cursor. */
  readonly complete: boolean;
  readonly messages: readonly (readonly [number: number, body: string])[];
  /** As of this message of all people's. */
  readonly head: number;
}

interface ReplayRow {
  readonly position: string;
  readonly head: string;
  readonly forgotten: string;
  readonly number: string | null;
  readonly body: string | null;
}

/** What came after their cursors, in the order of the requests. */
export async function replays(database: Queryable, requests: readonly ReplayRequest[]): Promise<Replay[]> {
  const rows = await database.query<ReplayRow>(REPLAY, [
    requests.map(({ userId }) => userId),
    requests.map(({ cursor }) => cursor),
  ]);
  const byPosition = Map.groupBy(rows, ({ position }) => Number(position));
  return requests.map(({ cursor }, place) => {
    const found = byPosition.get(place + 1) ?? [];
    const messages = found.flatMap(({ number, body }) => (number && body ? [[Number(number), body] as const] : []));
    const [head, forgotten] = [Number(found[0]?.head), Number(found[0]?.forgotten)];
    const complete = cursor >= forgotten && cursor <= head && messages.length <= REPLAYED_MAX;
    return { complete, head, messages: complete ? messages : [] };
  });
}
