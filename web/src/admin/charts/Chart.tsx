import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { language } from '../../language/language.ts';
import './charts.css';
import { type Colour, colourOf, onThemeChange } from './colours.ts';
import { roundTop } from './round-top.ts';
import { shortAmount } from './short-text.ts';

export interface ChartSeries {
  colour: Colour;
  look: 'line' | 'dashed' | 'area' | 'bars';
}

interface ChartProps {
  /** What the picture is about: its figures stand in a table beside it. */
  label: string;
  /** Drawn in this order; columns 1, 2, 3 … of the data. */
  series: readonly ChartSeries[];
  data: ReadonlySignal<uPlot.AlignedData>;
  /** Texts of the ticks below; `step` is what lies between two of them. */
  tick: (value: number, step: number) => string;
  /** How far back it goes from the last value; without it, all that there is, half a step wider on each side. */
  span?: ReadonlySignal<number>;
  /** The vertical axis ends here or higher. */
  leastTop: number;
  /** It ends just above the highest value, instead of at a round number: for what has a most that is known. */
  isTight?: boolean;
  /** Only whole numbers are worth a tick. */
  isWhole?: boolean;
  /** Charts of one group share a cursor. */
  group?: string;
  onHover?: (index: number | null) => void;
}

const wholeSteps = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5, 6, 7].map((power) => step * 10 ** power));
wholeSteps.sort((left, right) => left - right);

/** uPlot in the page's own colours, size, theme and language. New data is drawn without rendering any component. */
export function Chart(props: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const plot = new uPlot(optionsOf(element, latest), latest.current.data.peek(), element);
    // What nobody sees is not drawn: on a phone that is most of it.
    const isSeen = signal(false);
    const seen = new IntersectionObserver((entries) => {
      isSeen.value = entries.at(-1)?.isIntersecting ?? false;
    });
    seen.observe(element);
    const stopData = effect(() => {
      if (isSeen.value) plot.setData(latest.current.data.value);
    });
    // Except on paper.
    const drawAnyway = () => plot.setData(latest.current.data.peek());
    addEventListener('beforeprint', drawAnyway);
    const redraw = () => plot.redraw(true, true);
    const stopTheme = onThemeChange(redraw);
    let drawnIn = language.peek();
    const stopLanguage = effect(() => {
      if (language.value === drawnIn) return;
      drawnIn = language.value;
      redraw();
    });
    const resized = new ResizeObserver(() => plot.setSize(sizeOf(element)));
    resized.observe(element);
    return () => {
      stopData();
      removeEventListener('beforeprint', drawAnyway);
      stopTheme();
      stopLanguage();
      seen.disconnect();
      resized.disconnect();
      plot.destroy();
    };
  }, []);
  return <div ref={frame} class="chart" role="img" aria-label={props.label} />;
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}

function optionsOf(element: HTMLElement, latest: { current: ChartProps }): uPlot.Options {
  const { series, group, isWhole, span } = latest.current;
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const colour = (name: Colour) => () => colourOf(name, element);
  const axis: uPlot.Axis = {
    font,
    stroke: colour('ink-soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...sizeOf(element),
    // The last tick's text may be half beyond the end.
    padding: [8, span ? 28 : 12, 0, 0],
    legend: { show: false },
    // Areas would hide the lines by which they are read; bars stand in front of them.
    drawOrder: (series.some(({ look }) => look === 'area')
      ? ['series', 'axes']
      : ['axes', 'series']) as uPlot.DrawOrderKey[],
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7, width: 1.5, stroke: colour('surface') },
      ...(group === undefined ? {} : { sync: { key: group, setSeries: false } }),
    },
    scales: {
      x: { time: false, range: (_plot, min, max) => (span ? [max - span.peek(), max] : [min - 0.5, max + 0.5]) },
      y: { range: (_plot, _min, max) => [0, topOf(max, latest.current)] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 80,
        incrs: span ? [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800] : wholeSteps,
        values: (_plot, ticks) => {
          const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
          return ticks.map((value) => latest.current.tick(value, step));
        },
      },
      {
        ...axis,
        size: 48,
        space: 36,
        ...(isWhole ? { incrs: wholeSteps } : {}),
        values: (_plot, ticks) => ticks.map(shortAmount),
      },
    ],
    series: [{}, ...series.map((one) => seriesOf(one, colour(one.colour)))],
    hooks: { setCursor: [(plot) => latest.current.onHover?.(plot.cursor.idx ?? null)] },
  };
}

function topOf(highest: number, { leastTop, isTight }: ChartProps): number {
  return isTight ? Math.max(highest, leastTop) * 1.04 : roundTop(highest, leastTop);
}

function seriesOf({ look }: ChartSeries, colour: () => string): uPlot.Series {
  const bars = look === 'bars' ? uPlot.paths.bars?.({ size: [0.72, 36], radius: [0.2, 0] }) : undefined;
  return {
    stroke: colour,
    points: { show: false },
    width: look === 'line' || look === 'dashed' ? 2 : look === 'area' ? 1 : 0,
    ...(look === 'dashed' ? { dash: [5, 5] } : {}),
    ...(look === 'area' || look === 'bars' ? { fill: colour } : {}),
    ...(bars ? { paths: bars } : {}),
  };
}
