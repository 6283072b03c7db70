import { monitorMessages } from './monitor-messages.ts';

/** "3 min 12 s", "2 h 5 min", "4 d 3 h": two units are enough. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const words = monitorMessages.value;
  if (seconds >= 86_400) return words.days(Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24);
  return words.duration(Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60);
}
