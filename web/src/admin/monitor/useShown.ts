import { computed, type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { serverNow } from '../../realtime/clock.ts';
import { columnsBy, type Seconds } from './second-window.ts';
import type { Monitor } from './useMonitor.ts';

export type RangeSeconds = '60' | '300' | '900' | '3600';

/** The part of the hour that the charts show, and the second that somebody points at. */
export interface Shown {
  range: Signal<RangeSeconds>;
  seconds: ReadonlySignal<Seconds>;
  span: ReadonlySignal<number>;
  /** The latest row that all processes have told of. */
  settled: ReadonlySignal<number>;
  /** The row that the tables tell: the one pointed at, else the settled one. */
  row: ReadonlySignal<number>;
  isPointed: ReadonlySignal<boolean>;
  /** Null before the first figures. */
  moment: ReadonlySignal<number | null>;
  point: (row: number | null) => void;
}

/** Processes write what they answered up to two seconds late: the last two rows still grow. */
const lateRows = 2;

export function useShown({ turn, window }: Monitor): Shown {
  const range = useSignal<RangeSeconds>('300');
  const pointed = useSignal<number | null>(null);
  return useMemo(() => {
    const seconds = computed(() => {
      turn.value;
      const rows = Number(range.value);
      return window.last === null ? nothingYet(rows) : window.view(rows);
    });
    const settled = computed(() => Math.max(0, seconds.value.time.length - 1 - lateRows));
    const row = computed(() => {
      const isThere = pointed.value !== null && pointed.value < seconds.value.time.length;
      return isThere ? (pointed.value ?? 0) : settled.value;
    });
    return {
      range,
      seconds,
      span: computed(() => Number(range.value) - 1),
      settled,
      row,
      moment: computed(() => {
        const moment = seconds.value.time[row.value];
        return window.last === null || moment === undefined ? null : moment;
      }),
      isPointed: computed(() => pointed.value !== null),
      point: (row) => {
        pointed.value = row;
      },
    };
  }, [turn, window]);
}

/** Empty axes, where the first figures will be. */
function nothingYet(rows: number): Seconds {
  const now = Math.floor(serverNow() / 1000);
  const empty = columnsBy(() => new Float64Array(2).fill(Number.NaN));
  empty.time.set([now - rows, now - 1]);
  return empty;
}
