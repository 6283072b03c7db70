import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { ChartSeries } from '../charts/Chart.tsx';
import type { Colour } from '../charts/colours.ts';
import { Swatch } from '../charts/Swatch.tsx';
import { clockText } from '../charts/short-text.ts';
import { summaryOf, withHoles } from '../charts/stack.ts';
import { figureText } from '../figure-text.ts';
import { WideFigures } from '../WideFigures.tsx';
import { type Columns, MonitorChart } from './MonitorChart.tsx';
import { monitorMessages } from './monitor-messages.ts';
import { type Percentile, percentiles } from './second-window.ts';
import type { Shown } from './useShown.ts';

const colours: Record<Percentile, Colour> = { p50: 'chart-granted', p95: 'chart-limit', p99: 'chart-fault' };
const series: ChartSeries[] = percentiles.map((name) => ({ colour: colours[name], look: 'line' }));

/** How long people waited for the ledger's word. */
export function LatencyPanel({ shown }: { shown: Shown }) {
  const words = monitorMessages.value.latency;
  const data = useMemo(
    () =>
      computed(() => {
        const seconds = shown.seconds.value;
        return [seconds.time, ...percentiles.map((name) => withHoles(seconds[name]))] as Columns;
      }),
    [shown],
  );
  return (
    <section class="panel admin-panel">
      <h2>{words.title}</h2>
      <MonitorChart shown={shown} label={words.picture} series={series} data={data} leastTop={10} />
      <LatencyTable shown={shown} />
    </section>
  );
}

function LatencyTable({ shown }: { shown: Shown }) {
  const words = monitorMessages.value.latency;
  const seconds = shown.seconds.value;
  // Seconds without answers have no latency: unless somebody points at one, the latest that has.
  const row = shown.isPointed.value ? shown.row.value : lastKnown(seconds.p99, shown.row.value);
  const moment = shown.moment.value === null ? undefined : seconds.time[row];
  return (
    <WideFigures label={words.title}>
      <thead>
        <tr>
          <th scope="col">{words.share}</th>
          <th scope="col">
            <span>{words.now}</span> <span>{moment !== undefined && monitorMessages.value.at(clockText(moment))}</span>
          </th>
          <th scope="col">{words.most}</th>
        </tr>
      </thead>
      <tbody>
        {percentiles.map((name) => (
          <tr key={name}>
            <th scope="row">
              <Swatch colour={colours[name]} />
              {words[name]}
            </th>
            <td>{figureText(seconds[name][row], words.milliseconds)}</td>
            <td>{figureText(summaryOf(seconds[name]).most, words.milliseconds)}</td>
          </tr>
        ))}
      </tbody>
    </WideFigures>
  );
}

function lastKnown(column: Float64Array, from: number): number {
  for (let row = from; row >= 0; row -= 1) if (!Number.isNaN(column[row] ?? Number.NaN)) return row;
  return from;
}
