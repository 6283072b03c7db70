import { account, sessionState } from '../accounts/session.ts';
import { type Drop, type DropState, isOver } from '../drops/drop.ts';
import { timeOfDay } from '../language/format.ts';
import { messages } from '../language/language.ts';
import type { LineView } from '../line/line.ts';
import { join } from '../line/line-store.ts';
import type { ClaimView } from './claim.ts';
import { grantsHeld } from './claim-views.ts';
import { press } from './claims.ts';

interface PressButtonProps {
  drop: Drop;
  state: DropState;
  view: ClaimView;
  line: LineView;
}

/**
 * The button keeps its place and size in every state. It is aria-disabled rather than disabled: so it can be focused
 * before the opening, and Enter works the moment it opens.
 */
export function PressButton({ drop, state, view, line }: PressButtonProps) {
  const words = messages.value;
  const canWait = state === 'sold_out' && drop.waitingLine;
  if (sessionState.value === 'guest' && (canWait || !isOver(state)))
    return (
      <a class="press" data-look="sign-in" href={`/sign-in?next=${encodeURIComponent(`/drops/${drop.id}`)}`}>
        {canWait ? words.line.signIn : words.claims.signIn}
      </a>
    );
  const { label, look, act } = face(drop, state, view) ?? lineFace(drop, state, line);
  return (
    <button
      type="button"
      class="press"
      data-look={look}
      aria-disabled={act === undefined}
      aria-busy={look === 'waiting'}
      onClick={act && (() => act(drop.id))}
    >
      {label}
    </button>
  );
}

interface Face {
  label: string;
  look: 'idle' | 'go' | 'waiting' | 'done' | 'over';
  /** What a press does; without it the button rests. */
  act?: ((dropId: string) => void) | undefined;
}

/** Of the claim; null where nothing is left to claim. */
function face(drop: Drop, state: DropState, view: ClaimView): Face | null {
  const words = messages.value.claims;
  if (view.is === 'waiting') return { label: words.waiting, look: 'waiting' };
  if (view.is === 'unanswered') return { label: words.ask, look: 'go', act: press };
  const held = grantsHeld(drop.id);
  const hasShare = held >= drop.perUserLimit || (view.is === 'answered' && view.answer.outcome === 'limit_reached');
  if (hasShare || (held > 0 && isOver(state))) return { label: words.have, look: 'done' };
  if (isOver(state)) return null;
  if (state === 'scheduled') return { label: words.opensAtButton(timeOfDay(drop.opensAt)), look: 'idle' };
  const label = held > 0 ? words.pressMore(held, drop.perUserLimit) : words.press[drop.kind];
  return { label, look: 'go', act: sessionState.value === 'guest' ? undefined : press };
}

/** Of the waiting line, where there is one. */
function lineFace(drop: Drop, state: DropState, line: LineView): Face {
  const words = messages.value;
  if (state !== 'sold_out' || !drop.waitingLine) return { label: words.claims.gone[state], look: 'over' };
  if (line.is === 'joining') return { label: words.line.joining, look: 'waiting' };
  if (line.is === 'waiting') return { label: words.line.waiting, look: 'done' };
  return { label: words.line.join, look: 'go', act: account.value === null ? undefined : join };
}
