import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { onClockChange, serverNow } from '../realtime/clock.ts';

/** setTimeout counts in 32 bits; a longer wait would end at once. */
const timeoutMsMax = 60 * 60_000;

/**
 * Milliseconds until `target` by the server's clock, never below 0, told anew at every whole second of the countdown
 * and at its end. Null without a target.
 */
export function useCountdown(target: string | null): number | null {
  const left = useSignal(remainingUntil(target));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = () => {
      clearTimeout(timer);
      const remaining = remainingUntil(target);
      left.value = remaining;
      if (remaining === null || remaining === 0) return;
      // The next whole second; 1 ms more, because timers may fire a little early and would show the same second.
      timer = setTimeout(tick, Math.min((remaining % 1000) + 1, timeoutMsMax));
    };
    tick();
    const forget = onClockChange(tick);
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [target]);
  // A new target shows its own time at once, not the old one's until the effect has run.
  left.value;
  return remainingUntil(target);
}

function remainingUntil(target: string | null): number | null {
  return target === null ? null : Math.max(0, Date.parse(target) - serverNow());
}
