import { requestAsMember } from '../accounts/session.ts';
import type { DropState } from '../drops/drop.ts';
import { Problem } from '../http/problem.ts';
import type { ClaimAnswer } from '../realtime/messages.ts';

/** Where I stand; the position is unknown in the moment between two answers. */
export interface Place {
  position: number | null;
  /** How many wait. */
  waiting: number;
}

/** The server's answers about a place in a drop's line (docs/api.md, "The waiting line"). */
export interface LineAnswer {
  place: 'waiting' | 'offered';
  position?: number;
  waiting?: number;
  grantId?: string;
}

/** What the page shows of a drop's line. */
export type LineView =
  | { is: 'absent' }
  | { is: 'joining' }
  /** `hasStayed`: I wanted to leave, and no answer came. */
  | ({ is: 'waiting'; hasStayed?: boolean } & Place)
  /** Nobody can wait (any more), or no answer came; said on the board. */
  | { is: 'refused'; code: string };

/** What of it is worth showing in this state of the drop: nobody waits for one that has ended, and an old refusal is no news. */
export function lineIn(state: DropState, line: LineView): LineView {
  const hasEnded = state === 'closed' || state === 'cancelled';
  return hasEnded || (line.is === 'refused' && state !== 'sold_out') ? { is: 'absent' } : line;
}

export function linePath(dropId: string): string {
  return `/v1/drops/${encodeURIComponent(dropId)}/line`;
}

/** Null for somebody who does not wait. */
export async function loadPlace(dropId: string): Promise<Place | null> {
  try {
    return placeIn(await requestAsMember<LineAnswer>(linePath(dropId)));
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_waiting') return null;
    throw error;
  }
}

export function placeIn({ position, waiting }: LineAnswer): Place {
  return { position: position ?? null, waiting: waiting ?? 0 };
}

/** Asking to wait may win right away, or be refused as a claim is. */
export function isOutcome(answer: LineAnswer | ClaimAnswer): answer is ClaimAnswer {
  return 'outcome' in answer;
}
