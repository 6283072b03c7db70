/** Reading QR codes off a camera; loaded when somebody wants to. */
import { frameLoop, QRCanvas, rearCamera } from 'qr/dom.js';

/** A reading takes tens of milliseconds on a phone: this often leaves it time for the picture. */
const everyMs = 120;

/** Until stopped: tells each text that is read. Throws what `getUserMedia` throws. */
export async function readCodes(player: HTMLVideoElement, onText: (text: string) => void): Promise<() => void> {
  const camera = await rearCamera(player);
  const canvas = new QRCanvas();
  let readAt = 0;
  const cancel = frameLoop(async () => {
    const now = performance.now();
    if (now - readAt < everyMs) return;
    readAt = now;
    const text = await camera.readFrame(canvas, true);
    if (typeof text === 'string') onText(text);
  }, player);
  return () => {
    cancel();
    camera.stop();
    canvas.clear();
  };
}
