import type { Signal } from '@preact/signals';
import { money } from '../language/format.ts';
import { messages } from '../language/language.ts';
import { Countdown } from './Countdown.tsx';
import { DropArt } from './DropArt.tsx';
import type { Drop, DropState } from './drop.ts';
import { discountText } from './offer.ts';
import { StockBar } from './StockBar.tsx';
import { useDropState } from './useDropState.ts';

const dayMilliseconds = 24 * 60 * 60_000;

export function DropCard({ drop: source, compact = false }: { drop: Signal<Drop>; compact?: boolean }) {
  const drop = source.value;
  const { state, untilOpeningMs } = useDropState(drop);
  const words = messages.value.drops;
  return (
    <a class="card" href={`/drops/${drop.id}`} data-compact={compact} data-state={state}>
      <DropArt drop={drop} />
      <div class="card-body">
        <div class="card-line">
          <span class="small soft">{words.kind[drop.kind]}</span>
          <StateChip state={state} />
        </div>
        <h3 class="card-title">{drop.title}</h3>
        <p class="card-offer">
          {drop.kind === 'coupon'
            ? discountText(drop.discount)
            : `${money(drop.price, drop.currency)} · ${words.quantity(drop.stock)}`}
        </p>
        <div class="card-foot">
          {state === 'scheduled' && untilOpeningMs < dayMilliseconds ? (
            <span class="card-when">
              <span class="soft">{words.opensIn}</span> <Countdown milliseconds={untilOpeningMs} />
            </span>
          ) : (
            state === 'scheduled' && <span class="card-when">{words.opensAt(drop.opensAt)}</span>
          )}
          {state === 'open' && (
            <>
              <StockBar drop={drop} />
              <span class="small soft number">{words.remainingOf(drop.remaining, drop.stock)}</span>
            </>
          )}
          {(state === 'sold_out' || state === 'cancelled') && (
            <span class="small soft number">{words.quantity(drop.stock)}</span>
          )}
          {state === 'closed' && drop.closesAt !== null && (
            <span class="small soft">{words.closedAt(drop.closesAt)}</span>
          )}
        </div>
      </div>
    </a>
  );
}

export function StateChip({ state }: { state: DropState }) {
  const tone = state === 'open' ? 'open' : state === 'scheduled' ? 'warn' : '';
  return <span class={`chip ${tone}`}>{messages.value.drops.state[state]}</span>;
}

export function DropCardSkeleton() {
  return (
    <div class="card" aria-hidden="true">
      <div class="art skeleton" />
      <div class="card-body">
        <div class="skeleton line-short" />
        <div class="skeleton line-title" />
        <div class="skeleton line-short" />
        <div class="card-foot" />
      </div>
    </div>
  );
}
