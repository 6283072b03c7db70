import type { Drop } from '../drops/drop.ts';
import { messages } from '../language/language.ts';
import type { Answer } from './claim.ts';
import { outcomeWords } from './outcome-words.ts';

/** Losing is told plainly: what happened, and one's own arrival number where the ledger gave one. */
export function Refusal({ drop, answer }: { drop: Drop; answer: Answer }) {
  const { title, text } = outcomeWords(drop, answer);
  const { arrival } = answer;
  const words = messages.value.claims;
  const { lastGrantedArrival } = drop;
  const told = answer.outcome === 'sold_out' ? arrival : undefined;
  const board = told !== undefined ? words.arrivalBoard(told) : null;
  return (
    <>
      {board && (
        <p class="board-number number" aria-hidden="true">
          {board.number}
          {board.unit !== '' && <small>{board.unit}</small>}
        </p>
      )}
      <p class="stage-title">{title}</p>
      <p class="board-note number">
        {told !== undefined && (
          <>
            <span>{words.lostArrival(told)}</span>{' '}
          </>
        )}
        <span>
          {told !== undefined && lastGrantedArrival !== null && lastGrantedArrival < told
            ? words.lastUnit(lastGrantedArrival)
            : text}
        </span>
      </p>
      {answer.outcome === 'sold_out' && drop.waitingLine && (
        <p class="board-note">{messages.value.line.others(drop.waiting)}</p>
      )}
      {answer.outcome === 'sold_out' && !drop.waitingLine && (
        <a class="stage-link" href="/">
          {messages.value.shell.toDrops}
        </a>
      )}
    </>
  );
}
