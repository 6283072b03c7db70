import type { Signal } from '@preact/signals';
import { Choice } from '../../design/Choice.tsx';
import type { Drop } from '../../drops/drop.ts';
import { useDropState } from '../../drops/useDropState.ts';
import { isNotFound } from '../../http/problem.ts';
import { useTitle } from '../../shell/useTitle.ts';
import type { DropAdminProps } from '../DropAdminPage.tsx';
import { FreshnessNote } from '../FreshnessNote.tsx';
import { FleetTable } from '../fleet/FleetTable.tsx';
import { Board } from './Board.tsx';
import { DemandPanel } from './DemandPanel.tsx';
import { LatencyPanel } from './LatencyPanel.tsx';
import { LeftPanel } from './LeftPanel.tsx';
import './monitor.css';
import { monitorMessages } from './monitor-messages.ts';
import { NextSteps } from './NextSteps.tsx';
import { OutcomesPanel } from './OutcomesPanel.tsx';
import { TurningPoints } from './TurningPoints.tsx';
import { UnitsPanel } from './UnitsPanel.tsx';
import { type Monitor, useMonitor } from './useMonitor.ts';
import { useShown } from './useShown.ts';

/** How a drop stands, from second to second. What follows the live figures is a component of its own, so that each renders when its figures change. */
export default function DropMonitorPage({ drop }: DropAdminProps) {
  const { id, title } = drop.peek();
  const monitor = useMonitor(id);
  const shown = useShown(monitor);
  const words = monitorMessages.value;
  useTitle(`${words.title} · ${title}`);
  return (
    <div class="monitor" data-stale={monitor.freshness.value.is === 'stale'}>
      <Board source={drop} monitor={monitor} />
      <TurningPoints source={drop} monitor={monitor} />
      <BeforeOpening source={drop} />
      <div class="monitor-pair">
        <Units source={drop} monitor={monitor} />
        <DemandPanel monitor={monitor} shown={shown} />
      </div>
      <div class="monitor-controls">
        <Choice
          label={words.range.label}
          isLabelHidden
          name="range"
          value={shown.range.value}
          options={words.range.values}
          onValue={(range) => {
            shown.range.value = range;
          }}
        />
        <Age monitor={monitor} />
      </div>
      <OutcomesPanel shown={shown} />
      <div class="monitor-pair">
        <LeftPanel source={drop} monitor={monitor} shown={shown} />
        <LatencyPanel shown={shown} />
      </div>
      <Servers monitor={monitor} />
    </div>
  );
}

function BeforeOpening({ source }: { source: Signal<Drop> }) {
  const { state } = useDropState(source.value);
  return state === 'scheduled' ? <NextSteps drop={source.value} /> : null;
}

function Units({ source, monitor }: { source: Signal<Drop>; monitor: Monitor }) {
  return <UnitsPanel drop={source.value} totals={monitor.totals.value} />;
}

function Age({ monitor }: { monitor: Monitor }) {
  const freshness = monitor.freshness.value;
  if (freshness.is === 'stale' && isNotFound(freshness.error))
    return (
      <p class="freshness" data-is="stale">
        {monitorMessages.value.gone}
      </p>
    );
  return <FreshnessNote freshness={freshness} />;
}

function Servers({ monitor }: { monitor: Monitor }) {
  return <FleetTable fleet={monitor.fleet.value} />;
}
