import type { Signal } from '@preact/signals';
import { StateChip } from '../../drops/DropCard.tsx';
import type { Drop } from '../../drops/drop.ts';
import { knownDrop } from '../../drops/drop-store.ts';
import { StockBar } from '../../drops/StockBar.tsx';
import { useDropState } from '../../drops/useDropState.ts';
import { Sparkline } from '../charts/Sparkline.tsx';
import type { Dashboard } from './dashboard.ts';
import { overviewMessages } from './overview-messages.ts';

/** What is being sold at this moment: each leads to its monitor. */
export function LiveDrops({ live }: { live: Dashboard['live'] | null }) {
  const words = overviewMessages.value.live;
  return (
    <section class="panel admin-panel" aria-busy={live === null}>
      <h2>{words.title}</h2>
      {live === null ? (
        <div class="skeleton overview-skeleton" />
      ) : live.length === 0 ? (
        <p class="soft">{words.none}</p>
      ) : (
        <ul class="overview-list">
          {live.map(({ drop, perMinute }) => {
            const source = knownDrop(drop.id);
            return source && <LiveDrop key={drop.id} source={source} perMinute={perMinute} />;
          })}
        </ul>
      )}
    </section>
  );
}

function LiveDrop({ source, perMinute }: { source: Signal<Drop>; perMinute: number[] }) {
  const drop = source.value;
  const words = overviewMessages.value.live;
  const { state } = useDropState(drop);
  return (
    <li>
      <a class="overview-row live-row" href={`/admin/drops/${drop.id}`}>
        <span class="overview-name">
          <StateChip state={state} />
          <strong>{drop.title}</strong>
        </span>
        <span class="live-left">
          <span class="number">{words.left(drop.remaining, drop.stock)}</span>
          <StockBar drop={drop} />
        </span>
        <span class="live-hour">
          <Sparkline values={perMinute} />
          <span class="small soft number">{words.lastHour(perMinute.reduce((sum, granted) => sum + granted, 0))}</span>
        </span>
      </a>
    </li>
  );
}
