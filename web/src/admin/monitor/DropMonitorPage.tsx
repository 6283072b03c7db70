import { Countdown } from '../../drops/Countdown.tsx';
import { StockBar } from '../../drops/StockBar.tsx';
import { useDropState } from '../../drops/useDropState.ts';
import { amount } from '../../language/format.ts';
import { messages } from '../../language/language.ts';
import { useTitle } from '../../shell/useTitle.ts';
import { adminMessages } from '../admin-messages.ts';
import type { DropAdminProps } from '../DropAdminPage.tsx';

/** How a drop stands, from moment to moment. */
export function DropMonitorPage({ drop: source }: DropAdminProps) {
  const drop = source.value;
  const words = messages.value.drops;
  const { state, untilOpeningMs } = useDropState(drop);
  useTitle(`${adminMessages.value.drop.live} · ${drop.title}`);
  return (
    <section class="panel">
      <p class="number">
        {amount(drop.remaining)} <span class="soft">{words.remaining}</span>
      </p>
      <StockBar drop={drop} />
      <p class="soft number">{words.remainingOf(drop.remaining, drop.stock)}</p>
      {state === 'scheduled' && <Countdown milliseconds={untilOpeningMs} />}
    </section>
  );
}
