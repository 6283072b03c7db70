import { messages } from '../language/language.ts';

/** "2 d 03:12:45"; every digit in a cell of its own width, so that nothing moves while it counts. */
export function Countdown({ milliseconds }: { milliseconds: number }) {
  const seconds = Math.ceil(milliseconds / 1000);
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return (
    <span class="countdown" role="timer" aria-live="off" data-last={seconds <= 10}>
      {days > 0 && <span class="countdown-days">{messages.value.drops.days(days)}</span>}
      <span class="countdown-clock number">{clock.map((part) => String(part).padStart(2, '0')).join(':')}</span>
    </span>
  );
}
