import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Countdown } from '../../drops/Countdown.tsx';
import type { Drop } from '../../drops/drop.ts';
import { StockBar } from '../../drops/StockBar.tsx';
import { useDropState } from '../../drops/useDropState.ts';
import { amount, money } from '../../language/format.ts';
import { messages } from '../../language/language.ts';
import { serverNow } from '../../realtime/clock.ts';
import { connection } from '../../realtime/connection.ts';
import { durationText } from './duration.ts';
import type { Totals } from './monitor.ts';
import { monitorMessages } from './monitor-messages.ts';
import { type Standing, standingOf } from './standing.ts';
import type { Monitor } from './useMonitor.ts';

/** What can be read from across the room: how many are left, and where the sale stands. */
export function Board({ source, monitor }: { source: Signal<Drop>; monitor: Monitor }) {
  const drop = source.value;
  const totals = monitor.totals.value;
  const words = monitorMessages.value.board;
  const { state, untilOpeningMs } = useDropState(drop);
  const standing = standingOf(drop, state, totals);
  const isOld = !connection.isLive.value && monitor.freshness.value.is === 'stale';
  return (
    <section class="monitor-board" data-standing={standing}>
      <div class="monitor-board-main">
        {standing === 'scheduled' ? (
          <>
            <p class="monitor-board-label">{words.opensIn}</p>
            <Countdown milliseconds={untilOpeningMs} />
          </>
        ) : standing === 'open' || standing === 'closed' ? (
          <p class="monitor-left">
            <strong class="monitor-number number">{amount(drop.remaining)}</strong> <span>{words.left}</span>
          </p>
        ) : (
          <p class="monitor-headline">{headline(standing, drop)}</p>
        )}
        <p class="monitor-board-note">
          <Note drop={drop} standing={standing} totals={totals} />
        </p>
      </div>
      <div class="monitor-board-foot">
        <StockBar drop={drop} />
        <span class="number">{messages.value.drops.remainingOf(drop.remaining, drop.stock)}</span>
        <span class="monitor-old" data-shown={isOld}>
          {words.lastKnown}
        </span>
      </div>
    </section>
  );
}

function headline(standing: Standing, drop: Drop): string {
  const words = monitorMessages.value.board;
  if (standing === 'cancelled') return words.cancelled;
  if (standing !== 'settled') return words.soldOut;
  return drop.kind === 'product' ? words.allPaid(drop.stock) : words.allUsed(drop.stock);
}

function Note({ drop, standing, totals }: { drop: Drop; standing: Standing; totals: Totals | null }) {
  const words = monitorMessages.value.board;
  const held = totals?.states.held ?? 0;
  // The figures below are of the same moment: the page shows one number of people in line.
  const waiting = totals?.waiting ?? drop.waiting;
  const line = waiting > 0 ? ` · ${words.inLine(waiting)}` : '';
  if (standing === 'scheduled') return `${words.opensAt(drop.opensAt)} · ${words.ready(drop.stock)}`;
  if (standing === 'open')
    return (
      <>
        <Running drop={drop} />
        {line}
      </>
    );
  if (standing === 'soldOut')
    return `${held > 0 ? words.toPay(held) : drop.remaining === 0 ? words.allGranted(drop.stock) : words.wentOut(drop.stock - drop.remaining, drop.stock)}${line}`;
  if (standing === 'settled' && drop.kind === 'product')
    return `${words.taken(money(totals?.paid.amount ?? 0, drop.currency))}${line}`;
  const wentOut = words.wentOut(drop.stock - drop.remaining, drop.stock);
  return standing === 'closed' ? `${words.closed} · ${wentOut}` : wentOut;
}

/** "Open for 3 min 12 s · ends in 56 min". */
function Running({ drop }: { drop: Drop }) {
  const words = monitorMessages.value.board;
  const now = useSignal(serverNow());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = serverNow();
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  const end =
    drop.closesAt === null ? words.noEnd : words.closesIn(durationText(Date.parse(drop.closesAt) - now.value));
  return (
    <span class="number">
      {words.openFor(durationText(now.value - Date.parse(drop.opensAt)))} · {end}
    </span>
  );
}
