import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { type Loaded, useLoad } from '../../design/useLoad.ts';
import type { Page } from '../../http/request.ts';

export interface Pages<Item> {
  state: Signal<Loaded<void>>;
  items: Signal<Item[]>;
  /** Whether there are more. */
  next: Signal<string | null>;
  reload: () => void;
  refresh: () => Promise<void>;
  /** Throws what stood in the way; it may be asked for again. */
  more: () => Promise<void>;
}

/** A list that comes page by page; anew whenever `key` changes. `idOf`: an item that moved to a later page meanwhile is shown once. */
export function usePages<Item>(
  key: string,
  load: (cursor: string | null) => Promise<Page<Item>>,
  idOf: (item: Item) => string,
): Pages<Item> {
  const items = useSignal<Item[]>([]);
  const next = useSignal<string | null>(null);
  const isLoadingMore = useRef(false);
  const { state, reload, refresh } = useLoad(key, async () => {
    const page = await load(null);
    items.value = page.items;
    next.value = page.next;
  });
  const shownKey = useRef(key);
  shownKey.current = key;

  async function more(): Promise<void> {
    if (isLoadingMore.current) return;
    isLoadingMore.current = true;
    const cursor = next.value;
    const page = await load(cursor).finally(() => {
      isLoadingMore.current = false;
    });
    if (key !== shownKey.current || cursor !== next.value) return;
    const known = new Set(items.value.map(idOf));
    items.value = [...items.value, ...page.items.filter((item) => !known.has(idOf(item)))];
    next.value = page.next;
  }

  return { state, items, next, reload, refresh, more };
}
