import { CodeText } from '../design/CodeText.tsx';
import { CopyButton } from '../design/CopyButton.tsx';
import { Countdown } from '../drops/Countdown.tsx';
import type { DropKind } from '../drops/drop.ts';
import { useCountdown } from '../drops/useCountdown.ts';
import { messages } from '../language/language.ts';
import type { ClaimAnswer } from '../realtime/messages.ts';
import { Confetti } from './Confetti.tsx';
import type { Answer } from './claim.ts';

export type TicketAnswer = ClaimAnswer & Pick<Answer, 'isFresh' | 'grantState' | 'isPaying'>;

interface WinTicketProps {
  title: string;
  kind: DropKind;
  /** Null where it is not known. */
  stock: number | null;
  answer: TicketAnswer;
}

/** The unit in hand: a paper ticket that drops onto the board. */
export function WinTicket({ title, kind, stock, answer }: WinTicketProps) {
  const words = messages.value.claims;
  const isFresh = answer.isFresh === true;
  return (
    <>
      {isFresh && <Confetti />}
      <p class="stage-title won">{title}</p>
      <div class="win-ticket" data-fresh={isFresh}>
        <div class="win-code">
          <InHand answer={answer} />
        </div>
        <p class="win-numbers number">
          {answer.serial !== undefined && <span>{words.serial(answer.serial, stock)}</span>}
          {answer.arrival !== undefined && <span>{words.arrival(answer.arrival)}</span>}
          {answer.validUntil && <span>{words.validUntil(answer.validUntil)}</span>}
        </p>
      </div>
      <p class="win-more">
        {kind === 'coupon' ? (
          <>
            {answer.grantState !== 'used' && (
              <a class="win-next" href={`/coupons/${answer.grantId}`}>
                {words.toTill}
              </a>
            )}
            <a href="/coupons">{words.toCoupons}</a>
          </>
        ) : answer.grantState === 'confirmed' ? (
          <a href={`/slots/${answer.grantId}`}>{words.toSlot}</a>
        ) : (
          <a class="win-next" href={`/slots/${answer.grantId}`}>
            {words.toPay}
          </a>
        )}
      </p>
    </>
  );
}

/** What one has: a code to use, or time to pay; or what has become of it. */
function InHand({ answer }: { answer: TicketAnswer }) {
  const words = messages.value.claims;
  const { code, holdUntil, grantState, isPaying } = answer;
  const left = useCountdown(holdUntil ?? null);
  if (grantState === 'used') return <strong>{words.used}</strong>;
  if (code)
    return (
      <>
        <CodeText code={code} />
        <CopyButton text={code} label={words.copyCode(code)} />
      </>
    );
  if (grantState === 'confirmed') return <strong>{words.bought}</strong>;
  if (isPaying === true) return <strong>{words.paying}</strong>;
  if (left === null) return null;
  if (left === 0) return <strong>{words.holdOver}</strong>;
  return (
    <>
      <span class="small">{words.payWithin}</span>
      <Countdown milliseconds={left} />
    </>
  );
}
