import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { ChartSeries } from '../charts/Chart.tsx';
import type { Colour } from '../charts/colours.ts';
import { Swatch } from '../charts/Swatch.tsx';
import { clockText } from '../charts/short-text.ts';
import { stacked, summaryOf } from '../charts/stack.ts';
import { figureText } from '../figure-text.ts';
import { WideFigures } from '../WideFigures.tsx';
import { type Columns, MonitorChart } from './MonitorChart.tsx';
import { monitorMessages } from './monitor-messages.ts';
import type { Count } from './second-window.ts';
import type { Shown } from './useShown.ts';

/** From the ground up. */
const outcomes: ReadonlyArray<{ name: Exclude<Count, 'atGate'>; colour: Colour }> = [
  { name: 'granted', colour: 'chart-granted' },
  { name: 'notOpen', colour: 'chart-early' },
  { name: 'limitReached', colour: 'chart-limit' },
  { name: 'closed', colour: 'chart-closed' },
  { name: 'soldOut', colour: 'chart-sold-out' },
  { name: 'faults', colour: 'chart-fault' },
];
/** The highest is drawn first, and each lower one over it. */
const series: ChartSeries[] = outcomes.map(({ colour }) => ({ colour, look: 'area' as const })).reverse();

/** Every answer of every second by its outcome: a picture, and the same in figures. */
export function OutcomesPanel({ shown }: { shown: Shown }) {
  const words = monitorMessages.value.outcomes;
  const data = useMemo(
    () =>
      computed(() => {
        const { time, ...columns } = shown.seconds.value;
        return [time, ...stacked(outcomes.map(({ name }) => columns[name])).reverse()] as Columns;
      }),
    [shown],
  );
  return (
    <section class="panel admin-panel">
      <h2>{words.title}</h2>
      <MonitorChart shown={shown} label={words.picture} series={series} data={data} leastTop={4} isWhole />
      <OutcomesTable shown={shown} />
    </section>
  );
}

function OutcomesTable({ shown }: { shown: Shown }) {
  const words = monitorMessages.value.outcomes;
  const seconds = shown.seconds.value;
  const row = shown.row.value;
  const moment = shown.moment.value;
  const cells = (name: Count) => {
    const { sum, most } = summaryOf(seconds[name]);
    return (
      <>
        <td>{figureText(seconds[name][row])}</td>
        <td>{figureText(most)}</td>
        <td>{figureText(most === null ? null : sum)}</td>
      </>
    );
  };
  return (
    <WideFigures label={words.title}>
      <thead>
        <tr>
          <th scope="col">{words.outcome}</th>
          <th scope="col" data-pointed={shown.isPointed.value}>
            <span>{words.perSecond}</span> <span>{moment !== null && monitorMessages.value.at(clockText(moment))}</span>
          </th>
          <th scope="col">{words.most}</th>
          <th scope="col">{words.sum}</th>
        </tr>
      </thead>
      <tbody>
        {outcomes.map(({ name, colour }) => (
          <tr key={name}>
            <th scope="row">
              <Swatch colour={colour} />
              {words[name]}
            </th>
            {cells(name)}
          </tr>
        ))}
        <tr data-kind="part">
          <th scope="row">{words.atGate}</th>
          {cells('atGate')}
        </tr>
      </tbody>
    </WideFigures>
  );
}
