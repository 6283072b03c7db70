import { account, sessionState } from '../accounts/session.ts';
import { type Drop, type DropState, isOver } from '../drops/drop.ts';
import { timeOfDay } from '../language/format.ts';
import { messages } from '../language/language.ts';
import type { ClaimView } from './claim.ts';
import { grantsHeld } from './claim-views.ts';
import { press } from './claims.ts';

interface PressButtonProps {
  drop: Drop;
  state: DropState;
  view: ClaimView;
}

/**
 * The button keeps its place and size in every state. It is aria-disabled rather than disabled: so it can be focused
 * before the opening, and Enter works the moment it opens.
 */
export function PressButton({ drop, state, view }: PressButtonProps) {
  const words = messages.value.claims;
  if (sessionState.value === 'guest' && !isOver(state))
    return (
      <a class="press" data-look="sign-in" href={`/sign-in?next=${encodeURIComponent(`/drops/${drop.id}`)}`}>
        {words.signIn}
      </a>
    );
  const { label, isActive, look } = face(drop, state, view);
  return (
    <button
      type="button"
      class="press"
      data-look={look}
      aria-disabled={!isActive}
      aria-busy={view.is === 'waiting'}
      onClick={() => {
        if (isActive) press(drop.id);
      }}
    >
      {label}
    </button>
  );
}

interface Face {
  label: string;
  isActive: boolean;
  look: 'idle' | 'go' | 'waiting' | 'done' | 'over';
}

function face(drop: Drop, state: DropState, view: ClaimView): Face {
  const words = messages.value.claims;
  if (view.is === 'waiting') return { label: words.waiting, isActive: false, look: 'waiting' };
  if (view.is === 'unanswered') return { label: words.ask, isActive: true, look: 'go' };
  const held = grantsHeld(drop.id);
  const hasShare = held >= drop.perUserLimit || (view.is === 'answered' && view.answer.outcome === 'limit_reached');
  if (hasShare || (held > 0 && isOver(state))) return { label: words.have, isActive: false, look: 'done' };
  if (isOver(state)) return { label: words.gone[state], isActive: false, look: 'over' };
  if (state === 'scheduled')
    return { label: words.opensAtButton(timeOfDay(drop.opensAt)), isActive: false, look: 'idle' };
  const label = held > 0 ? words.pressMore(held, drop.perUserLimit) : words.press[drop.kind];
  return { label, isActive: account.value !== null, look: 'go' };
}
