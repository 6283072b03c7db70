import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../design/Icon.tsx';
import { usePages } from '../design/usePages.ts';
import { messages } from '../language/language.ts';
import { serverNow } from '../realtime/clock.ts';
import { connection } from '../realtime/connection.ts';
import { ListEnd } from '../shell/ListEnd.tsx';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { DropCard, DropCardSkeleton } from './DropCard.tsx';
import { type Drop, stateAt } from './drop.ts';
import { loadDrops } from './drop-store.ts';
import { FeaturedDrop, FeaturedSkeleton } from './FeaturedDrop.tsx';

type Section = 'openNow' | 'comingUp' | 'ended';
interface Entry {
  drop: Signal<Drop>;
  section: Section;
}

/**
 * A drop stays in the section it was loaded into even when it opens or sells out meanwhile; its card says so. Moving it
 * would slide another card under the finger that is about to tap.
 */
export function DropListPage() {
  const words = messages.value;
  const {
    state,
    items: entries,
    next,
    reload,
    more,
  } = usePages(
    'drops',
    async (cursor) => {
      const page = await loadDrops(cursor);
      return { ...page, items: page.items.map(placed) };
    },
    ({ drop }) => drop.peek().id,
  );
  useTitle(words.drops.title);
  useEffect(() => {
    if (entries.value.length > 0) connection.watch(entries.value.map((entry) => entry.drop.value.id));
  }, [entries.value]);

  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  const [featured] = entries.value;
  const lead = featured && featured.section !== 'ended' ? featured : null;
  const rest = lead ? entries.value.slice(1) : entries.value;
  return (
    <div class="page">
      <h1 class="for-readers">{words.drops.title}</h1>
      {state.value.is === 'loading' ? (
        <>
          <FeaturedSkeleton />
          <div class="cards">
            {[0, 1, 2].map((key) => (
              <DropCardSkeleton key={key} />
            ))}
          </div>
        </>
      ) : (
        <>
          {lead && <FeaturedDrop drop={lead.drop} />}
          {(['openNow', 'comingUp', 'ended'] as const).map((section) => (
            <CardSection key={section} section={section} entries={rest.filter((entry) => entry.section === section)} />
          ))}
          {entries.value.length === 0 && <NoDrops />}
          <ListEnd next={next.value} more={more} />
        </>
      )}
    </div>
  );
}

function CardSection({ section, entries }: { section: Section; entries: Entry[] }) {
  if (entries.length === 0) return null;
  return (
    <section class="card-section">
      <h2>{messages.value.drops[section]}</h2>
      <div class="cards">
        {entries.map((entry) => (
          <DropCard key={entry.drop.value.id} drop={entry.drop} compact={section !== 'openNow'} />
        ))}
      </div>
    </section>
  );
}

function NoDrops() {
  const words = messages.value.drops;
  return (
    <div class="empty">
      <Icon name="door" size={36} />
      <h2>{words.emptyTitle}</h2>
      <p class="soft">{words.emptyText}</p>
    </div>
  );
}

function placed(drop: Signal<Drop>): Entry {
  const state = stateAt(drop.value, serverNow());
  return { drop, section: state === 'open' ? 'openNow' : state === 'scheduled' ? 'comingUp' : 'ended' };
}
