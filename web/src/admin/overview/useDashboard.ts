import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { learnDrop } from '../../drops/drop-store.ts';
import { connection } from '../../realtime/connection.ts';
import { type Freshness, startPolling } from '../polling.ts';
import { type Dashboard, type Days, loadDashboard } from './dashboard.ts';

const everyMs = 5_000;

/** Looks at the whole shop every few seconds; the drops on it are live in between. Other days are shown when they have come. */
export function useDashboard(days: Days): {
  dashboard: ReadonlySignal<Dashboard | null>;
  freshness: ReadonlySignal<Freshness>;
} {
  const dashboard = useSignal<Dashboard | null>(null);
  const freshness = useSignal<Freshness>({ is: 'waiting' });
  const watched = useSignal('');
  useEffect(() => {
    let isWanted = true;
    const stop = startPolling({
      everyMs,
      ask: async () => {
        const answer = await loadDashboard(days);
        if (!isWanted) return;
        const drops = [...answer.live.map(({ drop }) => drop), ...answer.upcoming];
        drops.forEach(learnDrop);
        watched.value = drops.map(({ id }) => id).join();
        dashboard.value = answer;
      },
      onChange: (next) => {
        freshness.value = next;
      },
    });
    return () => {
      isWanted = false;
      stop();
    };
  }, [days]);
  useEffect(() => {
    if (watched.value !== '') connection.watch(watched.value.split(','));
  }, [watched.value]);
  return { dashboard, freshness };
}
