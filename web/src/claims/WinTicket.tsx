import { CodeText } from '../design/CodeText.tsx';
import { CopyButton } from '../design/CopyButton.tsx';
import { Countdown } from '../drops/Countdown.tsx';
import type { Drop } from '../drops/drop.ts';
import { useCountdown } from '../drops/useCountdown.ts';
import { messages } from '../language/language.ts';
import { Confetti } from './Confetti.tsx';
import type { Answer } from './claim.ts';
import { outcomeWords } from './outcome-words.ts';

/** The unit in hand: a paper ticket that drops onto the board. */
export function WinTicket({ drop, answer }: { drop: Drop; answer: Answer }) {
  const words = messages.value;
  const held = useCountdown(answer.holdUntil ?? null);
  const { title } = outcomeWords(drop, answer);
  return (
    <>
      {answer.isFresh === true && <Confetti />}
      <p class="stage-title won">{title}</p>
      <div class="win-ticket" data-fresh={answer.isFresh === true}>
        {answer.code ? (
          <div class="win-code">
            <CodeText code={answer.code} />
            <CopyButton text={answer.code} label={words.coupons.copyCode(answer.code)} />
          </div>
        ) : (
          held !== null && (
            <div class="win-code">
              <span class="small">{words.claims.payWithin}</span>
              <Countdown milliseconds={held} />
            </div>
          )
        )}
        <p class="win-numbers number">
          {answer.serial !== undefined && <span>{words.claims.serial(answer.serial, drop.stock)}</span>}
          {answer.arrival !== undefined && <span>{words.claims.arrival(answer.arrival)}</span>}
        </p>
      </div>
      <p class="win-more">
        {answer.validUntil && <span>{words.coupons.validUntil(answer.validUntil)}</span>}
        <a href={drop.kind === 'coupon' ? '/coupons' : '/slots'}>
          {drop.kind === 'coupon' ? words.claims.toCoupons : words.claims.toSlots}
        </a>
      </p>
    </>
  );
}
