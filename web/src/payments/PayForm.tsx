import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Grant } from '../grants/grant.ts';
import { money } from '../language/format.ts';
import { methodWords } from './method-words.ts';
import { PointsBalance, usePoints } from './PointsBalance.tsx';
import { type PayView, pay } from './pay.ts';
import type { PaymentChoice, PaymentMethod } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';
import { RadioCard } from './RadioCard.tsx';
import { TestCards } from './TestCards.tsx';

interface PayFormProps {
  slot: Grant;
  methods: readonly PaymentMethod[];
  view: PayView;
}

/** How to pay, among the ways this server offers, and the one button that does it. */
export function PayForm({ slot, methods, view }: PayFormProps) {
  const words = paymentMessages.value;
  const name = useSignal(methods[0]?.name ?? null);
  const card = useSignal<string | null>(null);
  const [price, currency] = [slot.price ?? 0, slot.currency ?? 'KRW'];
  const points = usePoints(methods.some((method) => method.name === 'points'));
  const chosen = methods.find((method) => method.name === name.value);
  const cards = chosen?.testCards ?? [];
  useEffect(() => {
    card.value = cards[0]?.card ?? null;
  }, [chosen]);

  const isFree = price === 0;
  const choice = choiceOf(chosen, card.value, isFree);
  const isShort = chosen?.name === 'points' && points !== null && points < price;
  const isBusy = view.is === 'sending' || view.is === 'repeating' || view.is === 'approving';
  const isActive = choice !== null && !isShort && !isBusy;

  const rest = isFree ? words.free : words.pay(money(price, currency));
  const label = view.is === 'approving' ? words.approving : isBusy ? words.sending : rest;

  if (methods.length === 0) return <p class="soft">{words.noMethods}</p>;
  return (
    <form
      class="pay-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isActive) void pay(slot, choice);
      }}
    >
      {!isFree && (
        <fieldset class="pay-methods" disabled={isBusy}>
          <legend class="field-label">{words.how}</legend>
          {methods.map((method) => (
            <RadioCard
              key={method.name}
              name="method"
              value={method.name}
              isChosen={method.name === name.value}
              onChoose={() => {
                name.value = method.name;
              }}
              title={methodWords(method.name).name}
              text={methodWords(method.name).text}
            />
          ))}
        </fieldset>
      )}
      {!isFree && cards.length > 0 && <TestCards cards={cards} chosen={card} isFixed={isBusy} />}
      {!isFree && chosen?.name === 'points' && <PointsBalance balance={points} price={price} />}
      <button
        type="submit"
        class="press"
        data-look={isBusy ? 'waiting' : isActive ? 'go' : 'idle'}
        aria-disabled={!isActive}
        aria-busy={isBusy}
      >
        {label}
      </button>
    </form>
  );
}

function choiceOf(method: PaymentMethod | undefined, card: string | null, isFree: boolean): PaymentChoice | null {
  if (method === undefined) return null;
  if (method.testCards === undefined || isFree) return { method: method.name };
  return card === null ? null : { method: method.name, card };
}
