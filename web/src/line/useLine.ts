import { useEffect } from 'preact/hooks';
import { account } from '../accounts/session.ts';
import type { Drop } from '../drops/drop.ts';
import type { LineView } from './line.ts';
import { lineView, look } from './line-store.ts';

/**
 * My place in this drop's line, asked for when the page comes up and somebody waits at all: in the rush after a sale,
 * when the line fills, the pages that are open need not ask. `isLoaded`: the drop is not one remembered from another page.
 */
export function useLine(drop: Drop, isLoaded: boolean): LineView {
  const accountId = account.value?.id;
  const view = lineView(drop.id);
  useEffect(() => {
    if (accountId !== undefined && isLoaded && drop.waiting > 0) void look(drop.id);
  }, [accountId, drop.id, isLoaded]);
  return view.value;
}
