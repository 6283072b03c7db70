/** Pictures as they are stored, and when they are forgotten. */
import type { Queryable } from '../database/database.ts';
import { nameOf, type Picture, type PictureType } from './picture.ts';

const PUT = `
  insert into pictures (name, type, bytes, created_by) values ($1, $2, $3, $4)
  on conflict (name) do update set named_at = now()`;
const GET = 'select type, bytes from pictures where name = $1';

/** Returns its name. One that is there already stays, and counts as new: whoever put it in again is about to name it. */
export async function putPicture(database: Queryable, picture: Picture, accountId: string): Promise<string> {
  const name = nameOf(picture);
  await database.query(PUT, [name, picture.type, picture.bytes, accountId]);
  return name;
}

export async function pictureByName(database: Queryable, name: string): Promise<Picture | undefined> {
  const [row] = await database.query<{ type: PictureType; bytes: Uint8Array }>(GET, [name]);
  return row && { type: row.type, bytes: Buffer.from(row.bytes.buffer, row.bytes.byteOffset, row.bytes.byteLength) };
}
