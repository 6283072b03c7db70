import type { Signal } from '@preact/signals';
import { Icon } from '../design/Icon.tsx';
import { amount } from '../language/format.ts';
import { messages } from '../language/language.ts';
import { Countdown } from './Countdown.tsx';
import { DropArt } from './DropArt.tsx';
import type { Drop } from './drop.ts';
import { offerText } from './offer.ts';
import { StockBar } from './StockBar.tsx';
import { useDropState } from './useDropState.ts';

/** The first drop of the list, on the board: what is open, or what opens next. */
export function FeaturedDrop({ drop: source }: { drop: Signal<Drop> }) {
  const drop = source.value;
  const { state, untilOpeningMs } = useDropState(drop);
  const words = messages.value.drops;
  return (
    <a class="featured" href={`/drops/${drop.id}`}>
      <DropArt drop={drop} isFirst />
      <div class="featured-body">
        <p class="board-label" data-state={state}>
          {state === 'scheduled' ? words.next : words.state[state]}
        </p>
        <h2 class="featured-title">{drop.title}</h2>
        <p class="featured-offer">
          {offerText(drop)} · {words.quantity(drop.stock)}
        </p>
        <div class="featured-board">
          {state === 'scheduled' ? (
            <>
              <Countdown milliseconds={untilOpeningMs} />
              <span class="board-note">{words.opensAt(drop.opensAt)}</span>
            </>
          ) : (
            <>
              <span class="board-number number">
                {amount(drop.remaining)}
                <small>{words.remaining}</small>
              </span>
              <StockBar drop={drop} />
            </>
          )}
        </div>
        {/* Part of the link: it says what one goes there for. */}
        {(state === 'open' || state === 'scheduled') && (
          <span class="featured-go" data-state={state}>
            {state === 'open' ? messages.value.claims.press[drop.kind] : words.getReady}
            <Icon name="forward" />
          </span>
        )}
      </div>
    </a>
  );
}

export function FeaturedSkeleton() {
  return (
    <div class="featured" aria-hidden="true">
      <div class="art skeleton" />
      <div class="featured-body" />
    </div>
  );
}
