import { messages } from '../language/language.ts';
import { StateChip } from './DropCard.tsx';
import type { Drop, DropState } from './drop.ts';
import { offerText } from './offer.ts';

/** What a drop's page begins with: its kind and state, its name, and what is offered. */
export function DropHead({ drop, state }: { drop: Drop; state: DropState }) {
  return (
    <header class="drop-head">
      <div class="card-line">
        <span class="small soft">{messages.value.drops.kind[drop.kind]}</span>
        <StateChip state={state} />
      </div>
      <h1 data-long={drop.title.length > 40}>{drop.title}</h1>
      <p class="drop-offer">{offerText(drop)}</p>
    </header>
  );
}
