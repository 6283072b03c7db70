import type { ReadonlySignal } from '@preact/signals';
import { Chart, type ChartSeries } from '../charts/Chart.tsx';
import { tickText } from '../charts/short-text.ts';
import type { Shown } from './useShown.ts';

/** The seconds, and a column for each series. */
export type Columns = [Float64Array, ...Array<Array<number | null>>];

interface MonitorChartProps {
  shown: Shown;
  label: string;
  series: readonly ChartSeries[];
  data: ReadonlySignal<Columns>;
  leastTop: number;
  isTight?: boolean;
  isWhole?: boolean;
}

/** One of the monitor's pictures: they show the same span of time, and where one points at one of them the others tell of the same second. */
export function MonitorChart({ shown, ...chart }: MonitorChartProps) {
  return <Chart {...chart} span={shown.span} tick={tickText} group="monitor" onHover={shown.point} />;
}
