import { useEffect, useRef } from 'preact/hooks';
import { Countdown } from '../drops/Countdown.tsx';
import type { Drop, DropState } from '../drops/drop.ts';
import { StockBar } from '../drops/StockBar.tsx';
import { amount } from '../language/format.ts';
import { messages } from '../language/language.ts';
import { LinePlace } from '../line/LinePlace.tsx';
import type { LineView } from '../line/line.ts';
import { connection } from '../realtime/connection.ts';
import type { ClaimView, Waiting } from './claim.ts';
import { failureWords, outcomeWords, waitingText } from './outcome-words.ts';
import { Refusal } from './Refusal.tsx';
import { WinTicket } from './WinTicket.tsx';

interface StageProps {
  drop: Drop;
  state: DropState;
  untilOpeningMs: number;
  view: ClaimView;
  line: LineView;
}

/** A board of fixed height, on which countdown, stock and outcome take turns: whatever happens, nothing around it moves. */
export function Stage(props: StageProps) {
  const { drop, state, view, line } = props;
  const words = messages.value.drops;
  const isStale = connection.isWanted.value && !connection.isLive.value;
  const mood = moodOf(state, view, line);
  const board = useRef<HTMLDivElement>(null);
  const hasNews = view.is === 'answered' && view.answer.isFresh === true;
  useEffect(() => {
    // On a small screen part of the board may lie under the bars. Scrolling moves nothing on the page itself.
    if (!hasNews) return;
    board.current?.scrollIntoView({ block: 'nearest' });
    if (mood === 'won') letFeel();
  }, [hasNews]);
  return (
    <div ref={board} class="stage" data-mood={mood}>
      {/* A new scene, not the old one's lines pushed around. */}
      <div key={mood} class="stage-main">
        <StageMain {...props} />
      </div>
      <div class="stage-foot number">
        <StockBar drop={drop} />
        <span>
          {state === 'scheduled' ? words.quantity(drop.stock) : words.remainingOf(drop.remaining, drop.stock)}
        </span>
        <span class="stage-stale" data-shown={isStale}>
          <LastKnown />
        </span>
      </div>
    </div>
  );
}

/** Where a device can, a browser allows it (somebody has touched the page), and nobody has asked for calm. */
function letFeel(): void {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (!isCalm && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([80, 60, 160]);
}

/** When the numbers were last heard of, once they may be old. */
function LastKnown() {
  const words = messages.value.drops;
  // Read so that it is told anew when the connection is lost.
  connection.isLive.value;
  const at = connection.heardAt();
  return <>{at === null ? words.lastKnown : words.asOf(at)}</>;
}

function StageMain({ drop, state, untilOpeningMs, view, line }: StageProps) {
  const words = messages.value;
  if (view.is === 'waiting') return <Asking waiting={view.waiting} />;
  if (line.is === 'joining') return <Told title={words.line.joining} text={words.line.joiningText} />;
  if (line.is === 'waiting') return <LinePlace drop={drop} place={line} />;
  if (line.is === 'refused') return <Told title={words.line.refusedTitle} text={lineRefusal(line.code)} />;
  if (view.is === 'answered' && view.answer.outcome === 'granted')
    return (
      <WinTicket
        key={view.answer.requestId}
        title={outcomeWords(drop, view.answer).title}
        kind={drop.kind}
        stock={drop.stock}
        answer={view.answer}
      />
    );
  // A press before the opening takes nobody's countdown away.
  if (view.is === 'answered' && view.answer.outcome !== 'not_open') return <Refusal drop={drop} answer={view.answer} />;
  if (view.is === 'unanswered') return <Told title={words.claims.failedTitle} text={words.claims.failedText} />;
  if (view.is === 'failed') return <Told {...failureWords(view)} />;
  if (state === 'scheduled')
    return (
      <>
        <p class="board-label">{words.drops.opensIn}</p>
        <Countdown milliseconds={untilOpeningMs} hasTenths />
        <p class="board-note">{words.drops.opensAt(drop.opensAt)}</p>
      </>
    );
  if (state === 'open')
    return (
      <>
        <p class="board-label" data-state="open">
          {words.drops.openNow}
        </p>
        <p class="board-number number">
          {amount(drop.remaining)}
          <small>{words.drops.remaining}</small>
        </p>
        <p class="board-note">
          {drop.closesAt === null
            ? `${words.drops.perUser} ${words.drops.perUserValue(drop.perUserLimit)}`
            : words.drops.closesAt(drop.closesAt)}
        </p>
      </>
    );
  if (state === 'sold_out')
    return (
      <Told
        title={words.claims.soldOutTitle}
        text={drop.waitingLine ? words.line.offer(drop.waiting) : words.claims.soldOut(drop.stock)}
      />
    );
  if (state === 'cancelled') return <Told title={words.claims.cancelledTitle} text={words.claims.cancelledText} />;
  return (
    <Told title={words.claims.endedTitle} text={drop.closesAt === null ? '' : words.drops.closedAt(drop.closesAt)} />
  );
}

function Asking({ waiting }: { waiting: Waiting }) {
  return (
    <>
      <span class="asking-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <p class="stage-title">{messages.value.claims.pressed}</p>
      <p class="board-note">{waitingText(waiting)}</p>
    </>
  );
}

function lineRefusal(code: string): string {
  const { refused, refusedText } = messages.value.line;
  return code === 'network' ? messages.value.errors.network : (refused[code as keyof typeof refused] ?? refusedText);
}

export function Told({ title, text }: { title: string; text: string }) {
  return (
    <>
      <p class="stage-title">{title}</p>
      <p class="board-note">{text}</p>
    </>
  );
}

function moodOf(state: DropState, view: ClaimView, line: LineView): string {
  if (view.is === 'waiting' || line.is === 'joining') return 'waiting';
  if (line.is === 'waiting') return 'line';
  if (line.is === 'refused') return 'over';
  if (view.is === 'answered' && view.answer.outcome !== 'not_open')
    return view.answer.outcome === 'granted' ? 'won' : 'lost';
  return state === 'open' ? 'open' : state === 'scheduled' ? 'coming' : 'over';
}
