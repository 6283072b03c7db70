import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../../design/Icon.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { usePages } from '../../design/usePages.ts';
import type { Drop, DropKind } from '../../drops/drop.ts';
import { date, timeOfDay } from '../../language/format.ts';
import { connection } from '../../realtime/connection.ts';
import { ListEnd } from '../../shell/ListEnd.tsx';
import { LoadFailure } from '../../shell/LoadFailure.tsx';
import { useTitle } from '../../shell/useTitle.ts';
import { oneOf, useAddressFilter } from '../list/useAddressFilter.ts';
import { DropRow } from './DropRow.tsx';
import { dropAdminMessages } from './drop-admin-messages.ts';
import './drop-list.css';
import { scheduleOf } from './schedule.ts';
import { loadSection, type Section, sections } from './sections.ts';

const kinds = ['coupon', 'product'] as const;

const readFilter = (search: string) => ({ kind: oneOf(kinds, new URLSearchParams(search).get('kind')) });

type Shown = Record<Section, readonly Signal<Drop>[]>;

/** All drops: what is going on, what opens when, and what was. */
export default function AdminDropList() {
  const words = dropAdminMessages.value;
  const { filter, choose } = useAddressFilter<{ kind: DropKind | '' }>(readFilter);
  const shown = useSignal<Partial<Shown>>({});
  useTitle(words.title);
  useSignalEffect(() => {
    const { live = [], coming = [], ended = [] } = shown.value;
    const ids = [...live, ...coming, ...ended].map((drop) => drop.peek().id);
    if (ids.length > 0) connection.watch(ids);
  });
  const isEmpty = sections.every((section) => shown.value[section]?.length === 0) && filter.value.kind === '';
  return (
    <div class="page">
      <div class="admin-head">
        <h1>{words.title}</h1>
        <div class="admin-head-links drop-list-tools">
          <SelectField
            label={words.kind}
            name="kind"
            value={filter.value.kind}
            options={words.kinds}
            onValue={(kind) => choose({ kind })}
          />
          <a class="button primary" href="/admin/drops/new">
            {words.create}
          </a>
        </div>
      </div>
      {isEmpty && (
        <div class="empty">
          <Icon name="door" size={36} />
          <h2>{words.welcome}</h2>
          <p class="soft">{words.welcomeText}</p>
          <a class="button primary" href="/admin/drops/new">
            {words.create}
          </a>
        </div>
      )}
      <div class="drop-sections" hidden={isEmpty}>
        {sections.map((section) => (
          <DropSection
            key={section}
            section={section}
            kind={filter.value.kind}
            onShown={(drops) => {
              shown.value = { ...shown.peek(), [section]: drops };
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface DropSectionProps {
  section: Section;
  kind: DropKind | '';
  onShown: (drops: readonly Signal<Drop>[]) => void;
}

function DropSection({ section, kind, onShown }: DropSectionProps) {
  const words = dropAdminMessages.value;
  const { state, items, next, reload, more } = usePages(
    `${section} ${kind}`,
    (cursor) => loadSection(section, kind, cursor),
    (drop) => drop.peek().id,
  );
  const isReady = state.value.is === 'ready';
  useEffect(() => {
    if (isReady) onShown(items.value);
  }, [isReady, items.value]);
  return (
    <section class="drop-section" aria-labelledby={`drops-${section}`} aria-busy={!isReady}>
      <h2 id={`drops-${section}`}>{words.sections[section]}</h2>
      {state.value.is === 'failed' && <LoadFailure error={state.value.error} onRetry={reload} />}
      {state.value.is === 'loading' && <div class="skeleton drop-section-skeleton" />}
      {isReady && items.value.length === 0 && <p class="soft">{words.none[section]}</p>}
      {isReady && items.value.length > 0 && (
        <>
          {section === 'coming' ? <Schedule drops={items.value} /> : <Rows drops={items.value} />}
          <ListEnd next={next.value} more={more} />
        </>
      )}
    </section>
  );
}

function Rows({ drops }: { drops: readonly Signal<Drop>[] }) {
  return (
    <ul class="admin-list panel">
      {drops.map((drop) => (
        <DropRow key={drop.peek().id} source={drop} />
      ))}
    </ul>
  );
}

function Schedule({ drops }: { drops: readonly Signal<Drop>[] }) {
  const words = dropAdminMessages.value;
  return (
    <div class="panel schedule">
      {scheduleOf(drops, (drop) => drop.value.opensAt).map((day) => (
        <section key={day.at}>
          <h3>{date(day.at)}</h3>
          <ol>
            {day.openings.map(({ at, drops: together }) => (
              <li key={at} class="opening">
                <OpeningTime at={at}>{together.length > 1 && words.together(together.length)}</OpeningTime>
                <ul>
                  {together.map((drop) => (
                    <DropRow key={drop.peek().id} source={drop} />
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function OpeningTime({ at, children }: { at: string; children: ComponentChildren }) {
  return (
    <div class="opening-time">
      <time class="number" dateTime={at}>
        {timeOfDay(at)}
      </time>
      <span class="small soft">{children}</span>
    </div>
  );
}
