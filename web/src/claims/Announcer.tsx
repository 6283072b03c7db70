import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Drop, DropState } from '../drops/drop.ts';
import { messages } from '../language/language.ts';
import type { LineView } from '../line/line.ts';
import type { ClaimView } from './claim.ts';
import { failureWords, outcomeWords, waitingText } from './outcome-words.ts';

interface AnnouncerProps {
  drop: Drop;
  state: DropState;
  untilOpeningMs: number;
  view: ClaimView;
  line: LineView;
}

const marksSeconds = [600, 300, 60, 30, 10];

/** Tells screen readers the few moments that matter; a countdown read out every second would drown everything else. */
export function Announcer({ drop, state, untilOpeningMs, view, line }: AnnouncerProps) {
  const text = useSignal('');
  const words = messages.value;
  const seconds = Math.ceil(untilOpeningMs / 1000);
  const mark = state === 'scheduled' && marksSeconds.includes(seconds) ? seconds : 0;
  const wasScheduled = useRef(state === 'scheduled');

  useEffect(() => {
    if (mark === 0) return;
    const left = mark >= 60 ? words.drops.minutes(mark / 60) : words.drops.seconds(mark);
    text.value = words.drops.readerCountdown(left);
  }, [mark]);
  useEffect(() => {
    if (state === 'open' && wasScheduled.current) text.value = words.drops.readerOpen;
    wasScheduled.current = state === 'scheduled';
  }, [state]);
  useEffect(() => {
    if (view.is === 'waiting') text.value = waitingText(view.waiting);
    else if (view.is === 'unanswered') text.value = sentences([words.claims.failedTitle, words.claims.failedText]);
    else if (view.is === 'failed') text.value = sentences(Object.values(failureWords(view)));
    else if (view.is === 'answered') text.value = spoken(drop, view);
  }, [view]);
  // The place is told when it is taken, and when it is the first: in between it may change every second.
  const isFirst = line.is === 'waiting' && line.position === 1;
  useEffect(() => {
    if (line.is === 'waiting')
      text.value = words.line.placed(line.position, Math.max(line.waiting, line.position ?? 1));
    else if (line.is === 'refused') text.value = words.line.refusedTitle;
  }, [line.is, isFirst]);

  return (
    <p class="for-readers" role="status" aria-live="assertive">
      {text.value}
    </p>
  );
}

function spoken(drop: Drop, { answer }: Extract<ClaimView, { is: 'answered' }>): string {
  const words = messages.value.claims;
  const { title, text } = outcomeWords(drop, answer);
  const arrival = answer.arrival === undefined ? '' : words.arrival(answer.arrival);
  const code = answer.code ? `${words.code} ${answer.code}` : '';
  return sentences([title, text, arrival, code]);
}

/** Some end with a sign of their own: "It’s yours!" */
function sentences(parts: readonly string[]): string {
  return parts
    .filter(Boolean)
    .join('. ')
    .replace(/([!?.])\. /g, '$1 ');
}
