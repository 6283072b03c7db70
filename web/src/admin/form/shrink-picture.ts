/**
 * A picture as buyers shall load it: at most 1,600 px, as WebP, and without what cameras write into their files, such as the place where it was
 * taken. A browser that cannot write WebP writes JPEG.
 */
export class NotAPicture extends Error {}
export class PictureTooLarge extends Error {}

export const sideMax = 1_600;
/** What the server takes. */
const bytesMax = 2 * 1024 * 1024;
const qualities = [0.82, 0.7, 0.5];

export async function shrinkPicture(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new NotAPicture('the browser cannot read it', { cause });
  });
  const canvas = document.createElement('canvas');
  Object.assign(canvas, fitInto(bitmap, sideMax));
  const context = canvas.getContext('2d');
  if (context === null) throw new NotAPicture('there is no canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  for (const quality of qualities) {
    const blob = await write(canvas, quality);
    if (blob !== null && blob.size <= bytesMax) return blob;
  }
  throw new PictureTooLarge('too large at the lowest quality');
}

async function write(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  const webp = await encode(canvas, 'image/webp', quality);
  // A browser that does not know a type writes PNG.
  return webp?.type === 'image/webp' ? webp : encode(canvas, 'image/jpeg', quality);
}

function encode(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

/** The same shape, no side longer than `most`, and no larger than it was. */
export function fitInto({ width, height }: Size, most: number): Size {
  const share = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

interface Size {
  width: number;
  height: number;
}
