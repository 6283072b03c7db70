/**
 * Pictures as they are stored, and when they are forgotten.
 *
 * Their bytes travel to the database and back as base64: the embedded database's own way with bytes takes ten times as long (2 MiB: 600 ms against 45 to put in, 500 against 20 to
 * read), and nobody else is served meanwhile, not even a sale.
 */
import type { Queryable } from '../database/database.ts';
import type { Retention } from '../worker/retention.ts';
import { nameIn, nameOf, type Picture, type PictureType, urlOf } from './picture.ts';

const PUT = `
  insert into pictures (name, type, bytes, created_by) values ($1, $2, decode($3, 'base64'), $4)
  on conflict (name) do update set named_at = now()`;
const GET = `select type, encode(bytes, 'base64') as base64 from pictures where name = $1`;

/** Returns its name. One that is there already stays, and counts as new: whoever put it in again is about to name it. */
export async function putPicture(database: Queryable, picture: Picture, accountId: string): Promise<string> {
  const name = nameOf(picture);
  await database.query(PUT, [name, picture.type, picture.bytes.toString('base64'), accountId]);
  return name;
}

export async function pictureByName(database: Queryable, name: string): Promise<Picture | undefined> {
  const [row] = await database.query<{ type: PictureType; base64: string }>(GET, [name]);
  return row && { type: row.type, bytes: Buffer.from(row.base64, 'base64') };
}

const NAMED = 'update pictures set named_at = now() where name = $1 returning 1';

/**
 * For the transaction in which a drop begins to name a picture: whether it is there, if it is one of ours. From then on it stays until that transaction ends, and after it the drop names
 * it: who forgets pictures waits for the row, and sees that it counts as new.
 */
export async function nameable(transaction: Queryable, imageUrl: string | null): Promise<boolean> {
  const name = nameIn(imageUrl);
  if (name === undefined) return true;
  const [picture] = await transaction.query(NAMED, [name]);
  return picture !== undefined;
}

const IS_NAMED = `exists (select from drops d where d.image_url = '${urlOf('')}' || p.name)`;

/** First those that a drop names count as new again, then those go that none has named for a day: who takes back a change within that day finds the picture still there. */
const FORGET = [
  `with named as (
     update pictures set named_at = now() where name = any(array(
       select p.name from pictures p where p.named_at < now() - interval '1 hour' and ${IS_NAMED} limit $1))
     returning 1)
   select count(*)::int as removed from named`,
  // Asked again of the row that is locked: somebody may have put it in anew meanwhile.
  `with removed as (
     delete from pictures p where p.named_at < now() - interval '1 day' and not ${IS_NAMED} and p.name = any(array(
       select p.name from pictures p where p.named_at < now() - interval '1 day' and not ${IS_NAMED} limit $1))
     returning 1)
   select count(*)::int as removed from removed`,
];

export const PICTURES_RETENTION: Retention = { name: 'pictures-retention', forget: FORGET };
