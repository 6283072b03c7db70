import { computed, type Signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Drop } from '../../drops/drop.ts';
import type { ChartSeries } from '../charts/Chart.tsx';
import { Swatch } from '../charts/Swatch.tsx';
import { clockText } from '../charts/short-text.ts';
import { figureText } from '../figure-text.ts';
import { WideFigures } from '../WideFigures.tsx';
import { type Columns, MonitorChart } from './MonitorChart.tsx';
import { monitorMessages } from './monitor-messages.ts';
import { remainingHistory } from './remaining.ts';
import type { Monitor } from './useMonitor.ts';
import type { Shown } from './useShown.ts';

const series: ChartSeries[] = [
  { colour: 'accent', look: 'dashed' },
  { colour: 'accent', look: 'line' },
];

/** How the stock went: as the ledger told while somebody looked, and reckoned for the time before. */
export function LeftPanel({ source, monitor, shown }: { source: Signal<Drop>; monitor: Monitor; shown: Shown }) {
  const words = monitorMessages.value.left;
  const stock = useMemo(() => computed(() => source.value.stock), [source]);
  const opensAt = useMemo(() => computed(() => Math.floor(Date.parse(source.value.opensAt) / 1000)), [source]);
  const history = useMemo(
    () =>
      computed(() => {
        const { time, granted } = shown.seconds.value;
        return remainingHistory(time, granted, monitor.seen, {
          stock: stock.value,
          opensAt: opensAt.value,
        });
      }),
    [shown, monitor],
  );
  const data = useMemo(
    () =>
      computed(() => {
        const { known, reckoned } = history.value;
        return [shown.seconds.value.time, reckoned, known] as Columns;
      }),
    [history],
  );
  const row = shown.isPointed.value ? shown.row.value : history.value.known.length - 1;
  const moment = shown.moment.value === null ? undefined : shown.seconds.value.time[row];
  const known = history.value.known[row];
  return (
    <section class="panel admin-panel">
      <h2>{words.title}</h2>
      <MonitorChart
        shown={shown}
        label={words.picture}
        series={series}
        data={data}
        leastTop={stock.value}
        isTight
        isWhole
      />
      <WideFigures label={words.title}>
        <thead>
          <tr>
            <th scope="col">{moment === undefined ? '' : monitorMessages.value.at(clockText(moment))}</th>
            <th scope="col">{words.title}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">
              <Swatch colour="accent" />
              {words.known}
            </th>
            <td>{figureText(known)}</td>
          </tr>
          <tr>
            <th scope="row">
              <Swatch colour="accent" look="dashed" />
              {words.reckoned}
            </th>
            <td>{figureText(known === null ? history.value.reckoned[row] : null)}</td>
          </tr>
        </tbody>
      </WideFigures>
    </section>
  );
}
