/** Who stands where in a waiting line. Places are counted when somebody asks: they move with everybody who goes before. */
import type { Queryable } from '../database/database.ts';

export interface Place {
  readonly arrival: number;
  /** 1 is the head. */
  readonly position: number;
  /** How many wait. */
  readonly waiting: number;
}

const PLACE = `
  select w.arrival, d.waiting,
         (select count(*) from waiters b where b.drop_id = w.drop_id and b.state = 'waiting' and b.arrival <= w.arrival) as position
  from waiters w join drops d on d.id = w.drop_id
  where w.drop_id = $1 and w.user_id = $2 and w.state = 'waiting' and d.waiting_line and is_on_sale(d, clock_timestamp())`;

const WAITS = `select from waiters where drop_id = $1 and user_id = $2 and state = 'waiting'`;

/** One walk along the line, however many are looked for; it also counts the line, whoever stands in it. */
const LINE = `
  with line as materialized (
    select user_id, arrival, row_number() over (order by arrival) as position
    from waiters where drop_id = $1 and state = 'waiting'
  )
  select (select count(*) from line)::int as waiting,
         (select json_agg(json_build_array(user_id::text, arrival, position)) from line where user_id = any($2))::text as places`;

/** Undefined for somebody who does not wait. */
export async function placeOf(database: Queryable, dropId: string, userId: string): Promise<Place | undefined> {
  const [row] = await database.query<{ arrival: string; waiting: number; position: string }>(PLACE, [dropId, userId]);
  return row && { arrival: Number(row.arrival), position: Number(row.position), waiting: row.waiting };
}

/** Whether somebody stands in a line, also in one that does not move. */
export async function waits(database: Queryable, dropId: string, userId: string): Promise<boolean> {
  const [row] = await database.query(WAITS, [dropId, userId]);
  return row !== undefined;
}

export interface Line {
  readonly waiting: number;
  /** By user; only of those who were asked for, and wait. */
  readonly places: ReadonlyMap<string, Omit<Place, 'waiting'>>;
}

export async function lineOf(database: Queryable, dropId: string, userIds: readonly string[]): Promise<Line> {
  if (userIds.length === 0) return { waiting: 0, places: new Map() };
  const [row] = await database.query<{ waiting: number; places: string | null }>(LINE, [dropId, userIds]);
  const places = JSON.parse(row?.places ?? '[]') as [userId: string, arrival: number, position: number][];
  return {
    waiting: row?.waiting ?? 0,
    places: new Map(places.map(([userId, arrival, position]) => [userId, { arrival, position }])),
  };
}
