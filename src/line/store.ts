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
  where w.drop_id = $1 and w.user_id = $2 and w.state = 'waiting' and d.waiting_line`;

const PLACES = `
  select user_id, arrival, position
  from (
    select user_id, arrival, row_number() over (order by arrival) as position
    from waiters where drop_id = $1 and state = 'waiting'
  ) w
  where user_id = any($2)`;

/** Undefined for somebody who does not wait. */
export async function placeOf(database: Queryable, dropId: string, userId: string): Promise<Place | undefined> {
  const [row] = await database.query<{ arrival: string; waiting: number; position: string }>(PLACE, [dropId, userId]);
  return row && { arrival: Number(row.arrival), position: Number(row.position), waiting: row.waiting };
}

/** The places of those of these people who wait. */
export async function placesOf(
  database: Queryable,
  dropId: string,
  userIds: readonly string[],
): Promise<Map<string, Omit<Place, 'waiting'>>> {
  const rows = await database.query<{ user_id: string; arrival: string; position: string }>(PLACES, [dropId, userIds]);
  return new Map(
    rows.map(({ user_id, arrival, position }) => [user_id, { arrival: Number(arrival), position: Number(position) }]),
  );
}
