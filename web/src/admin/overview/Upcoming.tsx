import type { Signal } from '@preact/signals';
import { Countdown } from '../../drops/Countdown.tsx';
import type { Drop } from '../../drops/drop.ts';
import { knownDrop } from '../../drops/drop-store.ts';
import { useDropState } from '../../drops/useDropState.ts';
import { dateTime } from '../../language/format.ts';
import { messages } from '../../language/language.ts';
import { overviewMessages } from './overview-messages.ts';

const shownMax = 5;
const dayMs = 86_400_000;

/** What opens next, the first one first. */
export function Upcoming({ drops }: { drops: Drop[] | null }) {
  const words = overviewMessages.value.upcoming;
  return (
    <section class="panel admin-panel" aria-busy={drops === null}>
      <h2>{words.title}</h2>
      {drops === null ? (
        <div class="skeleton overview-skeleton" />
      ) : drops.length === 0 ? (
        <p class="soft">{words.none}</p>
      ) : (
        <ul class="overview-list">
          {drops.slice(0, shownMax).map(({ id }) => {
            const source = knownDrop(id);
            return source && <Coming key={id} source={source} />;
          })}
        </ul>
      )}
      <a class="overview-more" href="/admin/drops">
        {words.all}
      </a>
    </section>
  );
}

function Coming({ source }: { source: Signal<Drop> }) {
  const drop = source.value;
  const { state, untilOpeningMs } = useDropState(drop);
  return (
    <li>
      <a class="overview-row" href={`/admin/drops/${drop.id}`}>
        <span class="overview-name">
          <strong>{drop.title}</strong>
          <span class="small soft">{dateTime(drop.opensAt)}</span>
        </span>
        <span class="overview-when">
          {state !== 'scheduled' ? (
            messages.value.drops.state[state]
          ) : untilOpeningMs < dayMs ? (
            <Countdown milliseconds={untilOpeningMs} />
          ) : (
            messages.value.drops.days(Math.floor(untilOpeningMs / dayMs))
          )}
        </span>
      </a>
    </li>
  );
}
