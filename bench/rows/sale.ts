/** A whole sale, judged: the load test with everybody pressing at the opening, server and load on the same machine, over both transports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClaimFigures } from '../../src/loadtest/figures.ts';
import { below, type Figure } from '../figure.ts';
import { deleteFolder, startNode, temporaryFolder } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { median } from '../statistics.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const TRANSPORTS = ['http', 'ws'] as const;
const P95_MS_MAX = 500;

interface SaleReport {
  readonly claims: ClaimFigures;
  readonly history: { readonly violations: readonly unknown[] };
}

interface Sale extends SaleReport {
  readonly exitCode: number;
}

export async function saleFigures(quick: boolean): Promise<Figure[]> {
  const users = quick ? 1_000 : 10_000;
  const stock = users / 10;
  const rounds = quick ? 1 : 3;
  const sales = { http: [] as Sale[], ws: [] as Sale[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [number, transport] of TRANSPORTS.entries()) {
      const step = round * TRANSPORTS.length + number + 1;
      showProgress(step, rounds * TRANSPORTS.length, `sale over ${transport}: ${users} users, ${stock} units`);
      sales[transport].push(await runSale(transport, users, stock));
    }
  }
  return TRANSPORTS.flatMap((transport) => figuresOf(transport, sales[transport], stock));
}

async function runSale(transport: string, users: number, stock: number): Promise<Sale> {
  const folder = temporaryFolder();
  const file = join(folder, 'sale.json');
  try {
    const what = ['--users', String(users), '--stock', String(stock), '--at-once', '--transport', transport];
    const child = startNode(MAIN, ['loadtest', ...what, '--json', file], { core: undefined });
    const exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
    return { ...readReport(file), exitCode };
  } finally {
    deleteFolder(folder);
  }
}

function readReport(file: string): SaleReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SaleReport;
  } catch (error) {
    throw new Error('the load test ended without a report', { cause: error });
  }
}

function figuresOf(transport: string, sales: readonly Sale[], stock: number): Figure[] {
  const p95sMs = sales.map(({ claims }) => claims.latency?.p95Ms ?? Number.POSITIVE_INFINITY);
  const p95Ms = median(p95sMs);
  const granted = sales.map(({ claims }) => claims.granted);
  const answered = sales.map(({ claims }) => claims.claims - claims.unanswered);
  const problems = sales.map(problemOf).filter((problem) => problem !== '');
  const claimsPerSecond = median(sales.map(({ claims }) => claims.claimsPerSecond));
  const name = `sale over ${transport}, all at once`;
  return [
    {
      what: `${name}, p95 from the intended instant`,
      value: p95Ms,
      unit: 'ms',
      remark: `p50 ${milliseconds(sales, 'p50Ms')}, p99 ${milliseconds(sales, 'p99Ms')}, max ${milliseconds(sales, 'maxMs')}; ${Math.round(claimsPerSecond).toLocaleString('en-US')} claims/s`,
      target: below(P95_MS_MAX, p95Ms, 'ms'),
      details: { p95sMs, sales },
    },
    {
      what: `${name}, granted`,
      value: median(granted),
      unit: '',
      remark:
        problems.length > 0
          ? problems.join('; ')
          : `${Math.min(...answered).toLocaleString('en-US')} answered, no errors, clean history`,
      target: {
        text: `exactly ${stock.toLocaleString('en-US')}, all answered, no errors`,
        met: problems.length === 0 && granted.every((units) => units === stock),
      },
      details: { granted },
    },
  ];
}

function milliseconds(sales: readonly Sale[], name: 'p50Ms' | 'p99Ms' | 'maxMs'): string {
  return `${Math.round(median(sales.map(({ claims }) => claims.latency?.[name] ?? Number.POSITIVE_INFINITY)))} ms`;
}

/** In words what was wrong with a sale; empty if nothing was. */
function problemOf({ claims, history, exitCode }: Sale): string {
  const problems = Object.entries(claims.errors).map(([kind, count]) => `${count} × ${kind}`);
  if (claims.unanswered > 0) problems.push(`${claims.unanswered} unanswered`);
  if (history.violations.length > 0) problems.push(`${history.violations.length} VIOLATIONS`);
  if (exitCode !== 0 && problems.length === 0) problems.push(`exit code ${exitCode}`);
  return problems.join(', ');
}
