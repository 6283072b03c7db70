import type { ComponentChildren } from 'preact';
import { Icon } from '../../design/Icon.tsx';
import type { Pages } from '../../design/usePages.ts';
import { ListEnd } from '../../shell/ListEnd.tsx';
import { LoadFailure } from '../../shell/LoadFailure.tsx';
import './list.css';
import { listMessages } from './list-messages.ts';

interface ListBodyProps<Item> {
  pages: Pages<Item>;
  row: (item: Item) => ComponentChildren;
  icon: 'bell' | 'card' | 'person';
  /** What an empty list says. */
  none: string;
  /** Shows all again; without it the list is not filtered. */
  onClear?: (() => void) | undefined;
}

/** A list of administrators in all its states: on its way, failed, empty, and with more to come. */
export function ListBody<Item>({ pages, row, icon, none, onClear }: ListBodyProps<Item>) {
  const words = listMessages.value;
  const { state, items, next, reload, more } = pages;
  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  if (state.value.is === 'loading') return <div class="skeleton form-skeleton" aria-busy="true" />;
  return (
    <>
      {items.value.length === 0 ? (
        <div class="empty">
          <Icon name={icon} size={36} />
          <p class="soft">{none}</p>
          {onClear && (
            <button type="button" class="button" onClick={onClear}>
              {words.clear}
            </button>
          )}
        </div>
      ) : (
        <ul class="admin-list panel">{items.value.map(row)}</ul>
      )}
      <ListEnd next={next.value} more={more} />
    </>
  );
}
