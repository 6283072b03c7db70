import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Drop } from '../../drops/drop.ts';
import { useDropState } from '../../drops/useDropState.ts';
import { monitorMessages } from './monitor-messages.ts';
import { standingOf } from './standing.ts';
import type { Monitor } from './useMonitor.ts';

/** Tells screen readers the few moments that matter: figures that change each second would drown everything else. */
export function TurningPoints({ source, monitor }: { source: Signal<Drop>; monitor: Monitor }) {
  const drop = source.value;
  const words = monitorMessages.value.said;
  const { state } = useDropState(drop);
  const text = useSignal('');
  const standing = standingOf(drop, state, monitor.totals.value);
  const isStale = monitor.freshness.value.is === 'stale';
  const before = useRef({ standing, isStale });
  useEffect(() => {
    const was = before.current;
    before.current = { standing, isStale };
    if (was.isStale !== isStale) text.value = isStale ? words.lost : words.found;
    if (was.standing === standing) return;
    if (standing === 'open') text.value = was.standing === 'scheduled' ? words.opened : words.back;
    else if (standing === 'soldOut') text.value = words.soldOut;
    else if (standing === 'closed') text.value = words.closed;
    else if (standing === 'settled') text.value = words.allPaid;
  }, [standing, isStale]);
  return (
    <p class="for-readers" role="status">
      {text.value}
    </p>
  );
}
