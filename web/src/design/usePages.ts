import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Page } from '../http/request.ts';
import { type Loaded, useLoad } from './useLoad.ts';

export interface Pages<Item> {
  state: Signal<Loaded<void>>;
  items: Signal<readonly Item[]>;
  /** Whether there are more. */
  next: Signal<string | null>;
  reload: () => void;
  /** Begins anew behind what is shown; when that fails, what is shown stays, and the promise says so. */
  refresh: () => Promise<void>;
  /** Throws what stood in the way; it may be asked for again. */
  more: () => Promise<void>;
}

/**
 * A list that comes page by page; anew whenever `key` changes. `idOf`: an item that moved to a later page meanwhile is shown once. What is rare is looked for piece by
 * piece: an empty page that is not the last one says that the server has looked for long enough at a time, and is asked to go on.
 */
export function usePages<Item>(
  key: string,
  load: (cursor: string | null) => Promise<Page<Item>>,
  idOf: (item: Item) => string,
): Pages<Item> {
  const items = useSignal<readonly Item[]>([]);
  const next = useSignal<string | null>(null);
  const isLoadingMore = useRef(false);
  /** Counts beginnings: the last one has the last word, whichever is answered last. */
  const beginnings = useRef(0);
  /** Null: nobody looks any more. */
  const shownKey = useRef<string | null>(key);
  shownKey.current = key;
  const { state, reload, refresh } = useLoad(key, async () => {
    beginnings.current += 1;
    const mine = beginnings.current;
    const page = await loadSome(null);
    if (mine !== beginnings.current) return;
    items.value = page.items;
    next.value = page.next;
  });
  useEffect(
    () => () => {
      shownKey.current = null;
    },
    [],
  );

  async function loadSome(cursor: string | null): Promise<Page<Item>> {
    const page = await load(cursor);
    const isWanted = key === shownKey.current;
    return page.items.length === 0 && page.next !== null && isWanted ? loadSome(page.next) : page;
  }

  async function more(): Promise<void> {
    if (isLoadingMore.current) return;
    isLoadingMore.current = true;
    const cursor = next.value;
    const page = await loadSome(cursor).finally(() => {
      isLoadingMore.current = false;
    });
    if (key !== shownKey.current || cursor !== next.value) return;
    const known = new Set(items.value.map(idOf));
    items.value = [...items.value, ...page.items.filter((item) => !known.has(idOf(item)))];
    next.value = page.next;
  }

  return { state, items, next, reload, refresh, more };
}
