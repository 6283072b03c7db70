/**
 * Columns on top of each other: the first stays as it is, each further one stands on the sum of those before it. A second of which nothing is known
 * (NaN) is a hole in all of them.
 */
export function stacked(columns: readonly Float64Array[]): Array<Array<number | null>> {
  const sums = new Float64Array(columns[0]?.length ?? 0);
  return columns.map((column) => {
    const drawn: Array<number | null> = new Array(column.length);
    for (let index = 0; index < column.length; index += 1) {
      const sum = (sums[index] ?? 0) + (column[index] ?? 0);
      sums[index] = sum;
      drawn[index] = Number.isNaN(sum) ? null : sum;
    }
    return drawn;
  });
}

/** A typed column cannot hold null, a chart draws no NaN. */
export function withHoles(column: Float64Array): Array<number | null> {
  const drawn: Array<number | null> = new Array(column.length);
  for (let index = 0; index < column.length; index += 1) {
    const value = column[index] ?? Number.NaN;
    drawn[index] = Number.isNaN(value) ? null : value;
  }
  return drawn;
}

/** Sum and highest value of what is known. */
export function summaryOf(column: Float64Array): { sum: number; most: number | null } {
  let sum = 0;
  let most: number | null = null;
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    sum += value;
    if (most === null || value > most) most = value;
  }
  return { sum, most };
}
