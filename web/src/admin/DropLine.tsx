import { StateChip } from '../drops/DropCard.tsx';
import type { Drop, DropState } from '../drops/drop.ts';
import { offerText } from '../drops/offer.ts';
import { messages } from '../language/language.ts';

/** Above a drop's title: where it stands, what it is, and what it offers. */
export function DropLine({ drop, state }: { drop: Drop; state: DropState }) {
  return (
    <div class="card-line">
      <StateChip state={state} />
      <span class="small soft">
        {messages.value.drops.kind[drop.kind]} · {offerText(drop)}
      </span>
    </div>
  );
}
