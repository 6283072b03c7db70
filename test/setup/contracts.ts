/** The table of contract suites: which port was tested on which adapter, with how many cases. */

export interface ContractCases {
  readonly port: string;
  readonly adapter: string;
  /** Cases that ran, passed or failed. */
  readonly run: number;
  readonly failed: number;
  readonly skipped: number;
}

const CONTRACT_NAME = /^contract: (?<port>.+) on (?<adapter>.+)$/;

/** The port and the adapter in the name of a `describe` block, undefined if it is not a contract suite. */
export function parseContractName(name: string): Pick<ContractCases, 'port' | 'adapter'> | undefined {
  const { port, adapter } = CONTRACT_NAME.exec(name)?.groups ?? {};
  return port && adapter ? { port, adapter } : undefined;
}

/** One row per port and adapter. An adapter with fewer cases than another of the same port is marked: they should be equal. */
export function contractTable(suites: readonly ContractCases[]): string {
  const rows = new Map<string, ContractCases>();
  for (const suite of suites) {
    const key = `${suite.port} ${suite.adapter}`;
    const known = rows.get(key);
    rows.set(key, known ? sum(known, suite) : suite);
  }
  const sorted = [...rows.values()].sort((a, b) => a.port.localeCompare(b.port) || a.adapter.localeCompare(b.adapter));
  const runMax = new Map<string, number>();
  for (const row of sorted) runMax.set(row.port, Math.max(row.run, runMax.get(row.port) ?? 0));

  const lines = sorted.map((row) => [row.port, row.adapter, String(row.run), remark(row, runMax.get(row.port) ?? 0)]);
  return align([['port', 'adapter', 'cases run', ''], ...lines]);
}

function sum(a: ContractCases, b: ContractCases): ContractCases {
  return { ...a, run: a.run + b.run, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

function remark(row: ContractCases, runMax: number): string {
  const remarks = [];
  if (row.failed > 0) remarks.push(`${row.failed} failed`);
  if (row.skipped > 0) remarks.push(`${row.skipped} skipped`);
  if (row.run < runMax) remarks.push('fewer than another adapter');
  return remarks.join(', ');
}

function align(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
