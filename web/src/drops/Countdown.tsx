import { useLayoutEffect, useRef } from 'preact/hooks';
import { messages } from '../language/language.ts';
import { serverNow } from '../realtime/clock.ts';

const lastSeconds = 10;

interface CountdownProps {
  milliseconds: number;
  /** The last ten seconds with their tenths, for whoever does not mind what moves. */
  hasTenths?: boolean;
}

/** "2 d 03:12:45"; every digit in a cell of its own width, so that nothing moves while it counts. */
export function Countdown({ milliseconds, hasTenths = false }: CountdownProps) {
  const seconds = Math.ceil(milliseconds / 1000);
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (hasTenths && !isCalm && seconds <= lastSeconds) return <Tenths milliseconds={milliseconds} />;
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return (
    <span class="countdown" role="timer" aria-live="off" data-last={seconds <= lastSeconds}>
      {days > 0 && <span class="countdown-days">{messages.value.drops.days(days)}</span>}
      <span class="countdown-clock number">{clock.map((part) => String(part).padStart(2, '0')).join(':')}</span>
    </span>
  );
}

/** "9.4": written as it passes, ten times a second, without rendering anything. */
function Tenths({ milliseconds }: { milliseconds: number }) {
  const clock = useRef<HTMLSpanElement>(null);
  const endsAt = serverNow() + milliseconds;
  useLayoutEffect(() => {
    let frame = 0;
    let shown = '';
    const write = () => {
      const tenths = Math.ceil(Math.max(0, endsAt - serverNow()) / 100);
      const text = (Math.min(tenths, lastSeconds * 10 - 1) / 10).toFixed(1);
      if (text !== shown && clock.current) clock.current.textContent = text;
      shown = text;
      frame = requestAnimationFrame(write);
    };
    write();
    return () => cancelAnimationFrame(frame);
  }, [endsAt]);
  return (
    <span key="tenths" class="countdown" role="timer" aria-live="off" data-last="true">
      <span ref={clock} class="countdown-clock number" />
    </span>
  );
}
