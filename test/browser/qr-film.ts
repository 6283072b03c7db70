/** What a camera sees when somebody holds a QR code before it: a film that Chromium plays as its camera. */
import { writeFileSync } from 'node:fs';
import { encodeQR } from 'qr';

const size = { width: 640, height: 480 };
const framesPerSecond = 10;
const modulePixels = 10;

/** Uncompressed (YUV4MPEG2), which Chromium repeats for ever. */
export function filmQr(path: string, text: string): void {
  const luma = Buffer.alloc(size.width * size.height, 170);
  const rows = encodeQR(text, 'raw', { ecc: 'quartile', border: 4 });
  const side = rows.length * modulePixels;
  const [left, top] = [(size.width - side) >> 1, (size.height - side) >> 1];
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const isDark = rows[Math.floor(y / modulePixels)]?.[Math.floor(x / modulePixels)] === true;
      luma[(top + y) * size.width + left + x] = isDark ? 30 : 225;
    }
  const grey = Buffer.alloc((size.width * size.height) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, grey]);
  const head = Buffer.from(`YUV4MPEG2 W${size.width} H${size.height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([head, ...Array.from({ length: framesPerSecond }, () => frame)]));
}

/** Chromium with this film for a camera, which every page may use. */
export function cameraOf(path: string): string[] {
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${path}`,
  ];
}
