/** What a change takes away from people while they can claim or wait: it is told before it is saved. */
import type { Drop, DropState } from '../../drops/drop.ts';
import type { Draft } from './draft.ts';
import { toUtc } from './moments.ts';
import { wholeNumber } from './numbers.ts';

export interface Less {
  stock: { before: number; after: number; left: number } | null;
  earlier: { before: string | null; after: string } | null;
  /** How many wait in a line that there is no more. */
  noLine: number;
}

/** Null when nobody loses anything: nothing is open yet, or there is no less than before. */
export function lessOf(drop: Drop, state: DropState, first: Draft, draft: Draft): Less | null {
  if (state !== 'open' && state !== 'sold_out') return null;
  const fewer = drop.stock - wholeNumber(draft.stock);
  const stock =
    fewer > 0
      ? { before: drop.stock, after: wholeNumber(draft.stock), left: Math.max(0, drop.remaining - fewer) }
      : null;
  const earlier =
    draft.closesAt !== '' && draft.closesAt !== first.closesAt && isBefore(toUtc(draft.closesAt), drop.closesAt)
      ? { before: drop.closesAt, after: toUtc(draft.closesAt) }
      : null;
  const noLine = drop.waitingLine && !draft.waitingLine ? drop.waiting : 0;
  return stock === null && earlier === null && noLine === 0 ? null : { stock, earlier, noLine };
}

function isBefore(at: string, end: string | null): boolean {
  return end === null || Date.parse(at) < Date.parse(end);
}
