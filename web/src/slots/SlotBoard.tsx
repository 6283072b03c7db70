import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Told } from '../claims/Stage.tsx';
import { Countdown } from '../drops/Countdown.tsx';
import type { Grant, GrantState } from '../grants/grant.ts';
import { timeOfDay } from '../language/format.ts';
import { messages } from '../language/language.ts';
import { type Payment, receiptPath } from '../payments/payment.ts';
import { slotMessages } from './slot-messages.ts';
import { urgencyOf } from './urgency.ts';

interface SlotBoardProps {
  slot: Grant;
  state: GrantState;
  leftMs: number | null;
  payments: readonly Payment[];
}

type Scene = 'held' | 'paying' | 'confirmed' | 'expired' | 'returned';

/** The board again: how long the slot is still kept, or what has become of it. */
export function SlotBoard({ slot, state, leftMs, payments }: SlotBoardProps) {
  const scene: Scene = slot.paying && state === 'held' ? 'paying' : (state as Scene);
  const moods: Record<Scene, string> = {
    held: 'open',
    paying: 'waiting',
    confirmed: 'won',
    expired: 'over',
    returned: 'over',
  };
  const board = useRef<HTMLElement>(null);
  const first = useRef(scene);
  useEffect(() => {
    if (scene !== first.current && scene !== 'held') board.current?.scrollIntoView({ block: 'nearest' });
    first.current = scene;
  }, [scene]);
  return (
    <section ref={board} class="stage slot-board" data-mood={moods[scene]} data-urgency={urgencyOf(leftMs ?? 0)}>
      <div key={scene} class="stage-main">
        <SlotScene scene={scene} slot={slot} leftMs={leftMs} payments={payments} />
      </div>
      <SlotAnnouncer scene={scene} leftMs={leftMs} />
    </section>
  );
}

function SlotScene({ scene, slot, leftMs, payments }: Omit<SlotBoardProps, 'state'> & { scene: Scene }) {
  const words = slotMessages.value;
  const { title, text } = words.told[scene];
  if (scene === 'held')
    return (
      <>
        <p class="board-label">{words.timeLeft}</p>
        <Countdown milliseconds={leftMs ?? 0} />
        <p class="board-note">{slot.holdUntil !== null && words.heldUntil(timeOfDay(slot.holdUntil))}</p>
      </>
    );
  if (scene === 'paying')
    return (
      <>
        <span class="asking-dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <Told title={title} text={text} />
      </>
    );
  if (scene !== 'confirmed') return <Told title={title} text={text} />;
  const paid = payments.find((payment) => payment.state === 'succeeded');
  return (
    <>
      <p class="stage-title won">{title}</p>
      <p class="board-note">{slot.settledAt === null ? text : words.boughtAt(slot.settledAt)}</p>
      {paid && (
        <a class="button" href={receiptPath(paid.id)}>
          {words.receipt}
        </a>
      )}
    </>
  );
}

const marksSeconds = [300, 60, 30, 10];

/** Screen readers are told what becomes of the slot, and of the time left only the moments that matter. */
function SlotAnnouncer({ scene, leftMs }: { scene: Scene; leftMs: number | null }) {
  const text = useSignal('');
  const words = slotMessages.value;
  const first = useSignal(scene);
  const seconds = Math.ceil((leftMs ?? 0) / 1000);
  const mark = scene === 'held' && marksSeconds.includes(seconds) ? seconds : 0;
  useEffect(() => {
    if (scene === first.peek()) return;
    first.value = scene;
    text.value = [words.told[scene].title, words.told[scene].text].join(' ');
  }, [scene]);
  useEffect(() => {
    if (mark === 0) return;
    const { minutes, seconds: inSeconds } = messages.value.drops;
    text.value = words.timeLeftSpoken(mark >= 60 ? minutes(mark / 60) : inSeconds(mark));
  }, [mark]);
  return (
    <p class="for-readers" role="status" aria-live="assertive">
      {text.value}
    </p>
  );
}
