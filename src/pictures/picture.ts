/** A drop's picture: named by what is in it, so that what a name stands for never changes, and may be kept by whoever has seen it. */
import { createHash } from 'node:crypto';

const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'image/avif': 'avif' } as const;
export type PictureType = keyof typeof ENDINGS;
export const PICTURE_TYPES = Object.keys(ENDINGS) as readonly PictureType[];

export const PICTURE_BYTES_MAX = 2 * 1024 * 1024;
/** Of either side: a few kilobytes can stand for a picture that takes a phone's whole memory to draw. */
export const PICTURE_PIXELS_MAX = 8_000;

export interface Picture {
  readonly type: PictureType;
  readonly bytes: Buffer;
}

const NAME = /^[0-9a-f]{32}\.(jpg|png|webp|avif)$/;
const FOLDER = '/pictures/';

/** Whether it can be one's name: what cannot is not worth a query. */
export function isPictureName(text: string): boolean {
  return NAME.test(text);
}

export function nameOf({ type, bytes }: Picture): string {
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `${digest.slice(0, 32)}.${ENDINGS[type]}`;
}

/** As drops name it. */
export function urlOf(name: string): string {
  return FOLDER + name;
}
