/**
 * What those who follow a drop hear of its stock.
 *
 *   on sale ──the last unit is granted──> sold out ──units are there for newcomers──> on sale
 *            `sold_out`                             `back_in_stock`, at most every ten minutes and drop
 *
 * In a rush units come back and are gone again within a second, many times. So a return is announced for when ten minutes have passed since one was last heard of, and if
 * all is sold again before anybody has heard of it, nobody hears of either.
 */
import { type Drop, stateOf } from '../drops/drop.ts';
import type { Tidings } from './tidings.ts';

/** What has become of the returns that were announced. */
export interface ReturnsHeard {
  /** Whether anybody has heard of the latest; true when there was none. */
  readonly latest: boolean;
  /** The hour of the last one that was told to anybody; null: never yet. */
  readonly lastAtMs: number | null;
}

const BACK_IN_STOCK_EVERY_MS = 10 * 60_000;

/** Whether something is to be said of the drop's stock as it stands, given what was said last. */
export function stockHasTurned(drop: Drop, saidSoldOut: boolean, nowMs: number): boolean {
  return stateOf(drop, nowMs) === (saidSoldOut ? 'open' : 'sold_out');
}

/** Adds what is to be said then. */
export function tellOfStock(tidings: Tidings, drop: Drop, returns: ReturnsHeard, nowMs: number): void {
  const { id: dropId, title, stock, entries } = drop;
  if (stateOf(drop, nowMs) === 'sold_out') {
    tidings.silenced.push({ dropId, type: 'back_in_stock' });
    if (!returns.latest) return;
    const dedupeKey = `sold_out ${dropId} ${entries}`;
    tidings.announcements.push({ dropId, type: 'sold_out', data: { dropId, title, stock }, dedupeKey });
    return;
  }
  const atMs = Math.max(nowMs, (returns.lastAtMs ?? Number.NEGATIVE_INFINITY) + BACK_IN_STOCK_EVERY_MS);
  const remaining = stock - drop.granted - drop.waiting;
  tidings.announcements.push({
    ...{ dropId, type: 'back_in_stock', dedupeKey: `back_in_stock ${dropId} ${entries}` },
    data: { dropId, title, remaining },
    dueAt: new Date(atMs).toISOString(),
  });
}
