import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { account } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { usePages } from '../design/usePages.ts';
import type { DropKind } from '../drops/drop.ts';
import { messages } from '../language/language.ts';
import { useMissed } from '../realtime/reconnected.ts';
import { ListEnd } from '../shell/ListEnd.tsx';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import type { Grant, GrantState } from './grant.ts';
import { arrivals, askForGrants } from './grant-store.ts';
import './tickets.css';

interface GrantListsProps<State extends GrantState> {
  kind: DropKind;
  title: string;
  /** The tab that is open; its owner keeps it while people look at single grants. */
  tab: Signal<State>;
  tabs: Record<State, string>;
  empty: Record<State, string>;
  ticket: (grant: Signal<Grant>) => ComponentChildren;
  /** Where one may go on from here, beside the title. */
  beside?: ComponentChildren;
}

/** My coupons, or my slots: a list for each state, in tabs. */
export function GrantLists<State extends GrantState>(props: GrantListsProps<State>) {
  const { title, tab, tabs, beside } = props;
  const states = Object.keys(tabs) as State[];
  return (
    <div class="page narrow">
      <div class="grants-head">
        <h1>{title}</h1>
        {beside}
      </div>
      <div class="tabs" role="tablist" aria-label={title} onKeyDown={(event) => moveTab(event, tab, states)}>
        {states.map((state) => (
          <button
            key={state}
            type="button"
            role="tab"
            id={`tab-${state}`}
            aria-selected={tab.value === state}
            aria-controls="grants"
            tabIndex={tab.value === state ? 0 : -1}
            onClick={() => {
              tab.value = state;
            }}
          >
            {tabs[state]}
          </button>
        ))}
      </div>
      <div id="grants" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        <GrantList key={tab.value} {...props} state={tab.value} />
      </div>
    </div>
  );
}

/**
 * A grant stays in the list it was loaded into even when it is used or runs out meanwhile; its ticket says so. Moving it
 * would slide another ticket under the finger that is about to tap.
 */
function GrantList<State extends GrantState>({
  kind,
  state: wanted,
  empty,
  ticket,
}: GrantListsProps<State> & { state: State }) {
  const words = messages.value;
  const { state, items, next, reload, refresh, more } = usePages(
    `${wanted} ${account.value?.id}`,
    (cursor) => askForGrants(kind, wanted, cursor),
    (grant) => grant.peek().id,
  );
  useMissed(refresh);
  useEffect(() => {
    if (arrivals.value > 0) void refresh();
  }, [arrivals.value]);

  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  if (state.value.is === 'loading')
    return (
      <div class="tickets" aria-busy="true">
        <div class="skeleton ticket-skeleton" />
        <div class="skeleton ticket-skeleton" />
      </div>
    );
  if (items.value.length === 0)
    return (
      <div class="empty">
        <Icon name={kind === 'coupon' ? 'ticket' : 'bag'} size={36} />
        <p class="soft">{empty[wanted]}</p>
        <a class="button primary" href="/">
          {words.shell.toDrops}
        </a>
      </div>
    );
  return (
    <>
      <ul class="tickets">{items.value.map(ticket)}</ul>
      <ListEnd next={next.value} more={more} />
    </>
  );
}

/** Arrow keys move between tabs, as in every tab list. */
function moveTab<State extends string>(event: KeyboardEvent, tab: Signal<State>, states: readonly State[]): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  tab.value = states[(states.indexOf(tab.value) + step + states.length) % states.length] ?? tab.value;
  requestAnimationFrame(() => document.getElementById(`tab-${tab.value}`)?.focus());
}
