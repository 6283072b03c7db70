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

/** The name of the picture of ours that a drop's `imageUrl` stands for, if it is that of one. It need not be one that there is. */
export function nameIn(imageUrl: string | null): string | undefined {
  return imageUrl?.startsWith(FOLDER) ? imageUrl.slice(FOLDER.length) : undefined;
}

/** A picture's address as drops keep it. What is copied from a browser is a whole address: one of ours, at any of our `hosts`, is its path alone, or nobody would know it again. */
export function keptUrl(imageUrl: string, hosts: readonly string[]): string {
  const ours = hosts.map((host) => URL.parse(`https://${host}`)?.origin);
  const url = URL.parse(imageUrl, ours[0]);
  return url !== null && ours.includes(url.origin) && url.pathname.startsWith(FOLDER) ? url.pathname : imageUrl;
}
