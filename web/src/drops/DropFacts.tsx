import type { ComponentChildren } from 'preact';
import { amount } from '../language/format.ts';
import { messages } from '../language/language.ts';
import type { Drop } from './drop.ts';

export function DropFacts({ drop }: { drop: Drop }) {
  const words = messages.value.drops;
  return (
    <div class="drop-facts">
      {drop.description !== null && drop.description !== '' && (
        <section>
          <h2>{words.about}</h2>
          <p class="drop-description">{drop.description}</p>
        </section>
      )}
      <section>
        <h2>{words.terms}</h2>
        <dl class="facts">
          <Fact term={words.period}>
            {words.opensAt(drop.opensAt)}
            {drop.closesAt !== null && <> · {words.closesAt(drop.closesAt)}</>}
          </Fact>
          <Fact term={words.quantityLabel}>{amount(drop.stock)}</Fact>
          <Fact term={words.perUser}>{words.perUserValue(drop.perUserLimit)}</Fact>
          {drop.kind === 'coupon' && (drop.validUntil !== null || drop.validForDays !== null) && (
            <Fact term={words.validity}>
              {drop.validUntil === null ? words.validDays(drop.validForDays ?? 0) : words.validUntil(drop.validUntil)}
            </Fact>
          )}
          {drop.kind === 'product' && <Fact term={words.hold}>{words.holdMinutes(drop.holdMinutes)}</Fact>}
          {drop.waitingLine && <Fact term={messages.value.line.fact}>{messages.value.line.factText}</Fact>}
        </dl>
        <p class="small soft">{words.fairness}</p>
      </section>
    </div>
  );
}

function Fact({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}
