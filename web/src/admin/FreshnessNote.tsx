import { Problem } from '../http/problem.ts';
import { adminMessages } from './admin-messages.ts';
import { clockText } from './charts/short-text.ts';
import type { Freshness } from './polling.ts';

/** How old the figures are: always said, and loudly when they are old. */
export function FreshnessNote({ freshness }: { freshness: Freshness }) {
  return (
    <p class="freshness" data-is={freshness.is}>
      {freshnessText(freshness)}
    </p>
  );
}

function freshnessText(freshness: Freshness): string {
  const words = adminMessages.value.fresh;
  if (freshness.is === 'waiting') return words.waiting;
  if (freshness.at === null) return words.never;
  const time = clockText(freshness.at / 1000);
  if (freshness.is === 'fresh') return words.live(time);
  return freshness.error instanceof Problem ? words.refused(time) : words.stale(time);
}
