import { useSignal } from '@preact/signals';
import { useTitle } from '../../shell/useTitle.ts';
import { FreshnessNote } from '../FreshnessNote.tsx';
import { FleetTable } from '../fleet/FleetTable.tsx';
import { Concerns } from './Concerns.tsx';
import { type Days, isNew } from './dashboard.ts';
import { FirstDrop } from './FirstDrop.tsx';
import { LiveDrops } from './LiveDrops.tsx';
import './overview.css';
import { overviewMessages } from './overview-messages.ts';
import { TotalsPanel } from './TotalsPanel.tsx';
import { TrendPanel } from './TrendPanel.tsx';
import { Upcoming } from './Upcoming.tsx';
import { useDashboard } from './useDashboard.ts';
import { DeliveriesPanel, PaymentsPanel } from './WorkPanels.tsx';

/** The shop at a glance: what is on, what comes, what needs somebody, and how the last days were. */
export default function OverviewPage() {
  const range = useSignal<Days>('30');
  const { dashboard, freshness } = useDashboard(range.value);
  const words = overviewMessages.value;
  useTitle(words.title);
  const known = dashboard.value;
  const isEmpty = known !== null && isNew(known);
  return (
    <div class="page overview" data-stale={freshness.value.is === 'stale'}>
      <div class="admin-head">
        <h1>{words.title}</h1>
        <div class="admin-head-links">
          <FreshnessNote freshness={freshness.value} />
          {!isEmpty && (
            <a class="button primary" href="/admin/drops/new">
              {words.create}
            </a>
          )}
        </div>
      </div>
      {isEmpty ? (
        <FirstDrop />
      ) : (
        <>
          <div class="overview-top">
            <LiveDrops live={known?.live ?? null} />
            <Upcoming drops={known?.upcoming ?? null} />
            <Concerns dashboard={known} />
          </div>
          <TotalsPanel dashboard={known} />
          <TrendPanel dashboard={dashboard} range={range} />
          <div class="overview-pair">
            <DeliveriesPanel deliveries={known?.deliveries ?? null} />
            <PaymentsPanel payments={known?.payments ?? null} />
          </div>
        </>
      )}
      <div id="servers">
        <FleetTable fleet={known?.fleet ?? null} />
      </div>
    </div>
  );
}
