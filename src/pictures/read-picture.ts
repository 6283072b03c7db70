/** A picture out of what somebody has sent: what it is, is looked at and not believed. */
import { Problem } from '../http/problem.ts';
import { PICTURE_PIXELS_MAX, PICTURE_TYPES, type Picture } from './picture.ts';
import { sniff } from './sniff.ts';

export const SEND_A_PICTURE = `Send the bytes of a picture as ${PICTURE_TYPES.join(', ')}`;

/** Throws `not_a_picture` and `picture_too_large`. */
export function readPicture(body: unknown): Picture {
  const found = Buffer.isBuffer(body) ? sniff(body) : undefined;
  if (!Buffer.isBuffer(body) || found === undefined) throw new Problem('not_a_picture', { detail: SEND_A_PICTURE });
  const { type, measures } = found;
  if (measures === undefined) {
    throw new Problem('not_a_picture', { detail: `It begins as ${type}, but is damaged or ends in the middle` });
  }
  const { width, height, length } = measures;
  if (Math.max(width, height) > PICTURE_PIXELS_MAX) {
    throw new Problem('picture_too_large', {
      detail: `It has ${width} × ${height} pixels; at most ${PICTURE_PIXELS_MAX} a side`,
      members: { width, height, pixelsMax: PICTURE_PIXELS_MAX },
    });
  }
  // Only what belongs to it: a part of a body would keep all of it in memory.
  return { type, bytes: length < body.length ? Buffer.copyBytesFrom(body, 0, length) : body };
}
