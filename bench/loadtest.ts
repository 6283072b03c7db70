/** The load test as a client of the benchmarks: a process of its own, whose report is read. It also judges: a figure of a sale that broke a promise is none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../src/loadtest/sale.ts';
import { deleteFolder, startNode, temporaryFolder } from './processes.ts';
import { median } from './statistics.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Sale extends RunResult {
  readonly exitCode: number;
}

/** `environment` may carry what the command line should not: the administrator's password. */
export async function playSale(
  saleArguments: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Sale> {
  const folder = temporaryFolder();
  const file = join(folder, 'sale.json');
  try {
    const child = startNode(MAIN, ['loadtest', ...saleArguments, '--json', file], { core: undefined, environment });
    const exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
    return { ...readReport(file), exitCode };
  } finally {
    deleteFolder(folder);
  }
}

function readReport(file: string): RunResult {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  } catch (error) {
    throw new Error('the load test ended without a report', { cause: error });
  }
}

/** In words what was wrong with a sale; empty if nothing was. */
export function problemOf({ claims, history, exitCode }: Sale): string {
  const problems = Object.entries(claims.errors).map(([kind, count]) => `${count} × ${kind}`);
  if (claims.unanswered > 0) problems.push(`${claims.unanswered} unanswered`);
  if (history.violations.length > 0) problems.push(`${history.violations.length} VIOLATIONS`);
  if (exitCode !== 0 && problems.length === 0) problems.push(`exit code ${exitCode}`);
  return problems.join(', ');
}

export type LatencyName = 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs';

export function latenciesMs(sales: readonly Sale[], name: LatencyName): number[] {
  return sales.map(({ claims }) => claims.latency?.[name] ?? Number.POSITIVE_INFINITY);
}

/** The median of the sales, in words. */
export function latencyText(sales: readonly Sale[], ...names: readonly LatencyName[]): string {
  return names
    .map((name) => `${name.slice(0, -2)} ${Math.round(median(latenciesMs(sales, name))).toLocaleString('en-US')} ms`)
    .join(', ');
}

/** Of how many sales a figure is the median, and whether claims had to be sent again in them. */
export function runsText(sales: readonly Sale[]): string {
  const counts = new Map<string, number>();
  for (const { claims } of sales)
    for (const [reason, count] of Object.entries(claims.retries)) counts.set(reason, (counts.get(reason) ?? 0) + count);
  const again = [...counts].map(([reason, count]) => `${count.toLocaleString('en-US')} × ${reason}`);
  return `${sales.length} runs${again.length > 0 ? `, sent again: ${again.join(', ')}` : ''}`;
}
