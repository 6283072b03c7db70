/**
 * What happened in each second of the last hour, as the server tells it: a portion at first, then again and again what is new, with the last few seconds once
 * more, because processes write theirs up to two seconds late. What comes again replaces what was there.
 *
 * Columns of numbers, one row per second, without a hole in time. Rows lie one after the other in columns twice as long as the window, so that charts are given
 * views instead of copies; at the end of the columns the window moves to their beginning. NaN: nothing is known, as of a minute in which nobody looked and of
 * which the server keeps nothing, or of the latency of a second without answers.
 */
export const counts = ['granted', 'notOpen', 'limitReached', 'closed', 'soldOut', 'faults', 'atGate'] as const;
export const percentiles = ['p50', 'p95', 'p99'] as const;
export type Count = (typeof counts)[number];
export type Percentile = (typeof percentiles)[number];
export type SecondColumn = Count | Percentile;

const columnNames: readonly SecondColumn[] = [...counts, ...percentiles];

/** All columns are equally long; the first row is the second `from`. */
export type SecondsAnswer = { from: number } & Record<Count, number[]> & Record<Percentile, Array<number | null>>;

export type Seconds = { time: Float64Array } & Record<SecondColumn, Float64Array>;

export class SecondWindow {
  readonly #rowsMax: number;
  readonly #columns: Seconds;
  /** Where the rows lie: from `start` to before `end`. */
  #start = 0;
  #end = 0;

  constructor(rowsMax = 3_600) {
    this.#rowsMax = rowsMax;
    this.#columns = columnsBy(() => new Float64Array(rowsMax * 2));
  }

  /** The last second that is known; null before the first answer. */
  get last(): number | null {
    return this.#end === this.#start ? null : (this.#columns.time[this.#end - 1] ?? null);
  }

  merge(answer: SecondsAnswer): void {
    const rows = Math.max(...columnNames.map((name) => answer[name].length));
    if (rows === 0) return;
    const last = this.last;
    // Of all before there is nothing left in the window, or the clock was set.
    if (last !== null && (answer.from - last > this.#rowsMax || last - answer.from > this.#rowsMax)) this.#clear();
    const firstNew = this.last === null ? answer.from : this.last + 1;
    for (let second = firstNew; second < answer.from + rows; second += 1) this.#append(second);
    const first = this.#columns.time[this.#start] ?? answer.from;
    for (let row = Math.max(0, first - answer.from); row < rows; row += 1) {
      const index = this.#start + answer.from + row - first;
      for (const name of columnNames) this.#columns[name][index] = answer[name][row] ?? Number.NaN;
    }
  }

  /** The last `rows` seconds, or as many as there are: views that the next merge changes. */
  view(rows: number): Seconds {
    const start = Math.max(this.#start, this.#end - rows);
    return columnsBy((name) => this.#columns[name].subarray(start, this.#end));
  }

  #append(second: number): void {
    if (this.#end === this.#rowsMax * 2) {
      for (const column of Object.values(this.#columns)) column.copyWithin(0, this.#start + 1, this.#end);
      this.#end -= this.#start + 1;
      this.#start = 0;
    } else if (this.#end - this.#start === this.#rowsMax) this.#start += 1;
    for (const name of columnNames) this.#columns[name][this.#end] = Number.NaN;
    this.#columns.time[this.#end] = second;
    this.#end += 1;
  }

  #clear(): void {
    this.#start = 0;
    this.#end = 0;
  }
}

export function columnsBy(make: (name: keyof Seconds) => Float64Array): Seconds {
  const names: ReadonlyArray<keyof Seconds> = ['time', ...columnNames];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Seconds;
}
