/** The table at the end, and what was broken in words. */
import type { BaselineResult } from './baseline.ts';
import type { SaleResult } from './sale.ts';

const VIOLATIONS_SHOWN_MAX = 10;
const HEADINGS = [
  'scenario',
  'seed',
  'users',
  'claims',
  'stock',
  'granted',
  'answers',
  'slowest',
  'fenced off',
  'violations',
];

const LOSS_HEADINGS = ['scenario', 'seed', 'users', 'claims', 'stock', 'answers', 'slowest'];
const LOSSES = ['acknowledgedLost', 'soldTwice', 'oversold', 'undersold', 'toldTwoAnswers', 'overLimit'] as const;

export function writeTable(results: readonly SaleResult[]): string {
  return table(HEADINGS, results.map(rowOf));
}

/** What a usual design lost by the same schedule. */
export function writeLosses(results: readonly BaselineResult[]): string {
  const rows = results.map(({ plan, answers, slowestMs, losses, unresolved }) => [
    ...[plan.scenario, String(plan.seed), String(plan.users), String(plan.presses.length), String(plan.stock)],
    ...[kindsOf(answers), `${(slowestMs / 1000).toFixed(1)} s`],
    ...LOSSES.map((name) => String(losses[name])),
    String(unresolved),
  ]);
  return table([...LOSS_HEADINGS, ...LOSSES, 'unresolved'], rows);
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** One sale, as it ends: its faults, and what was broken. */
export function writeSale({ plan, dropId, faults, phasesMs, violations }: SaleResult): string {
  const shown = violations.slice(0, VIOLATIONS_SHOWN_MAX).map(({ rule, detail }) => `    ${rule}: ${detail}`);
  if (violations.length > shown.length) shown.push(`    … and ${violations.length - shown.length} more`);
  const verdict = violations.length === 0 ? 'nothing broken' : `${violations.length} VIOLATIONS`;
  return [
    `${plan.scenario}, seed ${plan.seed}, drop ${dropId}: ${verdict}; sale, healing, verdict took ${phasesMs.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s`,
    ...faults.map((fault) => `    ${fault}`),
    ...shown,
  ].join('\n');
}

function rowOf({ plan, answers, slowestMs, fencedOff, violations }: SaleResult): string[] {
  return [
    ...[plan.scenario, String(plan.seed), String(plan.users), String(plan.presses.length), String(plan.stock)],
    ...[String(Math.min(plan.stock, plan.eligibleDemand)), kindsOf(answers), `${(slowestMs / 1000).toFixed(1)} s`],
    ...[`${fencedOff.queue} queue, ${fencedOff.jobs} jobs`, String(violations.length)],
  ];
}

function kindsOf(answers: ReadonlyMap<string, number>): string {
  const kinds = [...answers].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  return kinds.join(', ');
}
