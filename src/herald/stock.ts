/**
 * What those who follow a drop hear of its stock.
 *
 *   on sale ──the last unit is granted──> sold out ──units are there for newcomers──> on sale
 *            `sold_out`                             `back_in_stock`, at most every ten minutes and drop
 *
 * In a rush units come back and are gone again within a second, many times. So a return is announced for when the ten minutes are over, and if all is sold again by
 * then, nobody hears of either.
 */
import { type Drop, stateOf } from '../drops/drop.ts';
import type { Tidings } from './tidings.ts';

export interface StockTold {
  readonly soldOut: boolean;
  /** When a return was, or will be, announced; null: never yet. */
  readonly backInStockAtMs: number | null;
}

const BACK_IN_STOCK_EVERY_MS = 10 * 60_000;

/** Adds what is to be said of the drop's stock as it stands, given what was said last. Returns what has been said then. */
export function tellOfStock(tidings: Tidings, drop: Drop, told: StockTold, nowMs: number): StockTold {
  const state = stateOf(drop, nowMs);
  const { id: dropId, title, stock, entries } = drop;
  if (state === 'sold_out' && !told.soldOut) {
    tidings.silenced.push({ dropId, type: 'back_in_stock' });
    // A return that nobody has heard of yet was none.
    const unheard = told.backInStockAtMs !== null && told.backInStockAtMs > nowMs;
    if (!unheard) {
      const dedupeKey = `sold_out ${dropId} ${entries}`;
      tidings.announcements.push({ dropId, type: 'sold_out', data: { dropId, title, stock }, dedupeKey });
    }
    return { ...told, soldOut: true };
  }
  if (state === 'open' && told.soldOut) {
    const atMs = Math.max(nowMs, (told.backInStockAtMs ?? Number.NEGATIVE_INFINITY) + BACK_IN_STOCK_EVERY_MS);
    const remaining = stock - drop.granted - drop.waiting;
    tidings.announcements.push({
      ...{ dropId, type: 'back_in_stock', dedupeKey: `back_in_stock ${dropId} ${entries}` },
      data: { dropId, title, remaining },
      dueAt: new Date(atMs).toISOString(),
    });
    return { soldOut: false, backInStockAtMs: atMs };
  }
  return told;
}
