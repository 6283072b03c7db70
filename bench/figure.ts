/** What a benchmark reports, and the final table: target, measured, pass or miss. A miss is printed, never hidden, and never an error. */

export interface Figure {
  /** A row of the table, in words. */
  readonly what: string;
  /** The median of the rounds. */
  readonly value: number;
  readonly unit: string;
  /** Beside the absolute figure: what it is in relation to, so that it means something on another machine. */
  readonly remark?: string;
  readonly target?: Target;
  /** Everything else that was measured; only in the JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Target {
  readonly text: string;
  readonly met: boolean;
}

export function atLeast(minimum: number, measured: number, unit: string): Target {
  return { text: `at least ${formatValue(minimum, unit)}`, met: measured >= minimum };
}

export function below(maximum: number, measured: number, unit: string): Target {
  return { text: `under ${formatValue(maximum, unit)}`, met: measured < maximum };
}

export function formatValue(value: number, unit: string): string {
  if (unit === '%') return `${(value * 100).toFixed(0)} %`;
  const digits =
    Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : Math.abs(value) < 100 && !Number.isInteger(value) ? 1 : 0;
  const number = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit.startsWith('/') ? `${number}${unit}` : `${number} ${unit}`.trim();
}

export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, unit, remark, target }) => [
    what,
    formatValue(value, unit),
    target?.text ?? '',
    target ? (target.met ? 'pass' : 'MISS') : '',
    remark ?? '',
  ]);
  const table = [['what', 'measured', 'target', '', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(
    1,
    0,
    widths
      .map((width) => '-'.repeat(width))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}
