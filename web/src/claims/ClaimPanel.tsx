import { useEffect, useRef } from 'preact/hooks';
import type { Drop, DropState } from '../drops/drop.ts';
import { messages } from '../language/language.ts';
import { lineIn } from '../line/line.ts';
import { useLine } from '../line/useLine.ts';
import { connection } from '../realtime/connection.ts';
import { Announcer } from './Announcer.tsx';
import { claimView } from './claim-views.ts';
import { PressButton } from './PressButton.tsx';
import { Stage } from './Stage.tsx';

interface ClaimPanelProps {
  drop: Drop;
  state: DropState;
  untilOpeningMs: number;
  /** The server has told of the drop since this page came up. */
  isLoaded: boolean;
}

/** Where the minute happens: the stage, the button, and what a screen reader is told of them. */
export function ClaimPanel({ drop, state, untilOpeningMs, isLoaded }: ClaimPanelProps) {
  const view = claimView(drop.id).value;
  const line = lineIn(state, useLine(drop, isLoaded));
  useProbeBefore(untilOpeningMs);
  return (
    <section class="claim-panel" aria-label={messages.value.drops.kind[drop.kind]}>
      <Stage drop={drop} state={state} untilOpeningMs={untilOpeningMs} view={view} line={line} />
      <div class="press-bar">
        <PressButton drop={drop} state={state} view={view} line={line} />
      </div>
      <Announcer drop={drop} state={state} untilOpeningMs={untilOpeningMs} view={view} line={line} />
    </section>
  );
}

/**
 * A connection that died unnoticed is found while there is time to replace it: somewhere in the last half minute, not
 * in the same second on every page.
 */
function useProbeBefore(untilOpeningMs: number): void {
  const probeMs = useRef(8_000 + Math.random() * 22_000);
  const isDue = untilOpeningMs > 0 && untilOpeningMs < probeMs.current;
  useEffect(() => {
    if (isDue) connection.probe();
  }, [isDue]);
}
