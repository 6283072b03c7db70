import { useSignal } from '@preact/signals';
import type { Drop } from '../drops/drop.ts';
import { messages } from '../language/language.ts';
import type { LineView } from './line.ts';
import { leave } from './line-store.ts';

/** On the board: where I stand, while I wait. */
export function LinePlace({ drop, place }: { drop: Drop; place: Extract<LineView, { is: 'waiting' }> }) {
  const words = messages.value.line;
  // The drop's own count comes more often than one's place, and may be behind it.
  const { position } = place;
  const waiting = Math.max(drop.waiting, position ?? 1);
  const board = position === null ? null : words.placeBoard(position, waiting);
  return (
    <>
      <p class="board-label">{words.title}</p>
      {board && (
        <p class="board-number number">
          {board.number}
          <small>{board.unit}</small>
        </p>
      )}
      <p class="board-note" role={place.hasStayed ? 'alert' : undefined}>
        {place.hasStayed ? words.stayed : words.stay}
      </p>
      <LeaveButton dropId={drop.id} />
    </>
  );
}

/** A place may be worth an hour of waiting: the first press asks, the second one leaves. */
function LeaveButton({ dropId }: { dropId: string }) {
  const words = messages.value.line;
  const isAsked = useSignal(false);
  return (
    <button
      type="button"
      class="stage-link"
      onClick={() => {
        if (isAsked.value) void leave(dropId);
        isAsked.value = !isAsked.value;
      }}
      onBlur={() => {
        isAsked.value = false;
      }}
    >
      <span class="swap" data-second={isAsked.value}>
        <span>{words.leave}</span>
        <span>{words.leaveSure}</span>
      </span>
    </button>
  );
}
