import type { Signal } from '@preact/signals';
import type { TestCard } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';
import { RadioCard } from './RadioCard.tsx';

interface TestCardsProps {
  cards: readonly TestCard[];
  chosen: Signal<string | null>;
  isFixed: boolean;
}

/** The sandbox takes no money: each card plays one of the things that happen with real ones. */
export function TestCards({ cards, chosen, isFixed }: TestCardsProps) {
  const words = paymentMessages.value;
  return (
    <fieldset class="pay-methods pay-cards" disabled={isFixed}>
      <legend class="field-label">{words.testCards}</legend>
      {cards.map(({ card, effect }) => (
        <RadioCard
          key={card}
          name="card"
          value={card}
          isChosen={chosen.value === card}
          onChoose={() => {
            chosen.value = card;
          }}
          title={card}
          text={words.effects[effect as keyof typeof words.effects] ?? effect}
        />
      ))}
    </fieldset>
  );
}
