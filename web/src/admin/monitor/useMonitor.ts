import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { learnDrop } from '../../drops/drop-store.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type Freshness, startPolling } from '../polling.ts';
import { loadMonitor, type Totals } from './monitor.ts';
import { SecondWindow } from './second-window.ts';

export interface Monitor {
  totals: ReadonlySignal<Totals | null>;
  fleet: ReadonlySignal<Fleet | null>;
  freshness: ReadonlySignal<Freshness>;
  /** Counts the answers: whoever reads the window below reads this first. */
  turn: ReadonlySignal<number>;
  window: SecondWindow;
  /** What was left at the end of a second, where this page has seen it. */
  seen: ReadonlyMap<number, number>;
}

const everyMs = 1_000;
const seenMax = 3_600;

/** Asks for a drop's figures each second, while somebody looks at them. */
export function useMonitor(dropId: string): Monitor {
  const monitor = useMemo(
    () => ({
      totals: signal<Totals | null>(null),
      fleet: signal<Fleet | null>(null),
      freshness: signal<Freshness>({ is: 'waiting' }),
      turn: signal(0),
      window: new SecondWindow(),
      seen: new Map<number, number>(),
    }),
    [dropId],
  );
  useEffect(
    () =>
      startPolling({
        everyMs,
        ask: async () => {
          const answer = await loadMonitor(dropId, monitor.window.last);
          monitor.window.merge(answer.seconds);
          remember(monitor.seen, monitor.window.last, answer.totals.remaining);
          monitor.totals.value = answer.totals;
          monitor.fleet.value = answer.fleet;
          monitor.turn.value += 1;
          learnDrop(answer.drop);
        },
        onChange: (freshness) => {
          monitor.freshness.value = freshness;
        },
      }),
    [dropId],
  );
  return monitor;
}

function remember(seen: Map<number, number>, second: number | null, remaining: number): void {
  if (second === null) return;
  seen.set(second, remaining);
  for (const oldest of seen.keys()) {
    if (seen.size <= seenMax) break;
    seen.delete(oldest);
  }
}
