/** Who follows which drop, and of what they want to hear. */
import type { Queryable } from '../database/database.ts';
import { FOLLOWED_TYPES, type FollowedType } from './notification.ts';

/** Of one person. */
export const INTERESTS_MAX = 500;

export interface Interest {
  readonly dropId: string;
  readonly tell: FollowedType[];
}

type InterestRow = { dropId: string } & Record<FollowedType, boolean>;

const COLUMNS = 'drop_id::text as "dropId", drop_opening, sold_out, back_in_stock';
const ONE = `select ${COLUMNS} from interests where user_id = $1 and drop_id = $2`;
const MINE = `
  select ${COLUMNS} from interests where user_id = $1 and ($2::bigint is null or drop_id < $2) order by drop_id desc limit $3`;

/** The person's own account is the lock: two that are added at once are counted one after the other. */
const LOCK = 'select from accounts where id = $1 for no key update';
const COUNT = 'select count(*)::int as others from interests where user_id = $1 and drop_id <> $2';
const PUT = `
  insert into interests (user_id, drop_id, drop_opening, sold_out, back_in_stock) values ($1, $2, $3, $4, $5)
  on conflict (drop_id, user_id) do update
  set drop_opening = excluded.drop_opening, sold_out = excluded.sold_out, back_in_stock = excluded.back_in_stock`;
const REMOVE = 'delete from interests where user_id = $1 and drop_id = $2';

export async function interestOf(database: Queryable, userId: string, dropId: string): Promise<Interest> {
  const [row] = await database.query<InterestRow>(ONE, [userId, dropId]);
  return row === undefined ? { dropId, tell: [] } : readRow(row);
}

/** The drop that was made last first; `next` is the last one's id, or null at the end. */
export async function interestsOf(
  database: Queryable,
  userId: string,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<{ interests: Interest[]; next: string | null }> {
  const rows = await database.query<InterestRow>(MINE, [userId, after ?? null, limit + 1]);
  const interests = rows.slice(0, limit).map(readRow);
  return { interests, next: rows.length > limit ? (interests.at(-1)?.dropId ?? null) : null };
}

/** False: they follow as many as one may. */
export async function putInterest(
  transaction: Queryable,
  userId: string,
  { dropId, tell }: { readonly dropId: string; readonly tell: readonly FollowedType[] },
): Promise<boolean> {
  await transaction.query(LOCK, [userId]);
  const [row] = await transaction.query<{ others: number }>(COUNT, [userId, dropId]);
  if ((row?.others ?? 0) >= INTERESTS_MAX) return false;
  await transaction.query(PUT, [userId, dropId, ...FOLLOWED_TYPES.map((type) => tell.includes(type))]);
  return true;
}

export async function removeInterest(database: Queryable, userId: string, dropId: string): Promise<void> {
  await database.query(REMOVE, [userId, dropId]);
}

function readRow(row: InterestRow): Interest {
  return { dropId: row.dropId, tell: FOLLOWED_TYPES.filter((type) => row[type]) };
}
