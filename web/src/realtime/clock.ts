/**
 * The server's clock, as this page knows it.
 *
 * A round trip that took r milliseconds and returned time t tells that the server's clock shows t + r/2 now, wrong by
 * at most r/2. Of the last samples the one with the shortest round trip is believed (as NTP does). The monotonic
 * performance.now() carries it forward, so a device whose clock is set meanwhile, or is simply wrong, counts down right.
 */
import { readSession, writeSession } from '../storage/storage.ts';

interface Sample {
  /** Server time minus performance.now(), in milliseconds. */
  offset: number;
  roundTrip: number;
  takenAt: number;
}

const samplesMax = 8;
/** Older samples go: laptops sleep, and the two clocks drift apart. */
const sampleAgeMsMax = 10 * 60_000;
const storageKey = 'doorbuster.clock';

let samples: Sample[] = [];
let offset = startingOffset();
const listeners = new Set<() => void>();

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return performance.now() + offset;
}

/** `sentAt` and `receivedAt` by performance.now(). */
export function learnTime(serverTime: string, sentAt: number, receivedAt: number): void {
  const at = Date.parse(serverTime);
  const roundTrip = receivedAt - sentAt;
  if (Number.isNaN(at) || roundTrip < 0) return;
  samples.push({ offset: at + roundTrip / 2 - receivedAt, roundTrip, takenAt: receivedAt });
  samples = samples.filter((sample) => receivedAt - sample.takenAt < sampleAgeMsMax).slice(-samplesMax);
  const best = samples.reduce((left, right) => (right.roundTrip < left.roundTrip ? right : left));
  if (best.offset === offset) return;
  offset = best.offset;
  // Kept against the device's clock, which unlike performance.now() goes on over a reload.
  writeSession(storageKey, String(offset + performance.now() - Date.now()));
  for (const listener of listeners) listener();
}

/** After sleep the monotonic clock may have stood still: what was learned before is worth nothing. */
export function forgetTime(): void {
  samples = [];
}

export function onClockChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function startingOffset(): number {
  const deviation = Number(readSession(storageKey) ?? 0);
  return Date.now() - performance.now() + (Number.isFinite(deviation) ? deviation : 0);
}
