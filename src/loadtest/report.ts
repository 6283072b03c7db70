/** The report for people, on standard output. Every figure in it is measured; what is not known is said to be unknown. */
import type { ClaimFigures } from './figures.ts';
import { drawHistogram } from './latency.ts';
import type { Options } from './options.ts';
import type { RunResult } from './sale.ts';
import { describeWholeSale, wholeSaleLines } from './whole-sale/report.ts';
import { count, mib, ms } from './words.ts';

/** More violations than this are only in the JSON. */
const violationsShownMax = 20;

/** Whether the run counts as passed. */
export function isClean({ claims, history, wholeSale }: RunResult): boolean {
  const failures = history.violations.length + Object.keys(claims.errors).length + (wholeSale?.failures.length ?? 0);
  return failures === 0;
}

export function writeReport(result: RunResult): string {
  const { claims, wholeSale } = result;
  return [
    '',
    describeRun(result.options, result.connections),
    '',
    ...outcomeLines(claims),
    '',
    ...speedLines(claims),
    '',
    ...(claims.latency === null ? [] : [...drawHistogram(claims.latency), '']),
    ...(wholeSale === null ? [] : [...wholeSaleLines(wholeSale), '']),
    ...resourceLines(result),
    '',
    ...historyLines(result),
    '',
  ].join('\n');
}

function describeRun(
  { users, stock, perUserLimit, transport, load, repeat, watch, kind, urls, wholeSale }: Options,
  connections: number,
): string {
  const pressing =
    load.mode === 'at-once'
      ? `all at the opening${load.presses > 1 ? `, ${load.presses} claims each` : ''}`
      : `${load.perSecond} claims/s for ${load.seconds} s (${load.arrivals})`;
  return [
    `${count(users)} users, ${count(stock)} units of a ${kind} drop, at most ${perUserLimit} each; ${pressing}`,
    `over ${transport}, ${count(connections)} connections${connections < users ? ', shared' : ''}${urls.length > 1 ? ` on ${urls.length} gateways` : ''}${transport === 'ws' && watch ? ' that follow the live stock' : ''}${repeat > 1 ? `; each request sent ${repeat} times` : ''}`,
    ...(wholeSale === null ? [] : [describeWholeSale(wholeSale)]),
  ].join('\n');
}

function outcomeLines(claims: ClaimFigures): string[] {
  const rows: [string, number, string][] = [
    ['claims', claims.claims, claims.sent === claims.claims ? '' : `sent ${count(claims.sent)} times in all`],
  ];
  rows.push(['granted', claims.granted, '']);
  for (const [reason, { ledger, gate }] of Object.entries(claims.refused)) {
    if (ledger + gate > 0)
      rows.push([reason, ledger + gate, `${count(ledger)} by the ledger, ${count(gate)} at the gate`]);
  }
  if (claims.lookedUp > 0) rows.push(['looked up', claims.lookedUp, 'learnt only by asking again']);
  if (claims.unanswered > 0) rows.push(['without outcome', claims.unanswered, '']);
  for (const [reason, number] of Object.entries(claims.retries))
    rows.push([`again: ${reason}`, number, 'sent again with the same request id']);
  for (const [kind, number] of Object.entries(claims.errors)) rows.push([`error: ${kind}`, number, '']);
  return rows.map(([name, number, note]) => `${name.padEnd(26)}${count(number).padStart(10)}   ${note}`.trimEnd());
}

function speedLines({
  claimsPerSecond,
  durationSeconds,
  lastGrantToldAfterMs,
  latency,
  sendDelay,
}: ClaimFigures): string[] {
  const lines = [
    `${count(Math.round(claimsPerSecond))} claims/s answered, ${durationSeconds.toFixed(2)} s from the first planned press to the last outcome`,
  ];
  if (lastGrantToldAfterMs !== null)
    lines.push(`the last winner knew ${Math.round(lastGrantToldAfterMs)} ms after the opening`);
  if (sendDelay !== null)
    lines.push(`this client sent p50 ${ms(sendDelay.p50Ms)}, max ${ms(sendDelay.maxMs)} after the planned instant`);
  if (latency === null) return [...lines, 'no latency: nothing was answered'];
  const { p50Ms, p95Ms, p99Ms, maxMs } = latency;
  return [
    ...lines,
    `latency from the planned instant: p50 ${ms(p50Ms)}, p95 ${ms(p95Ms)}, p99 ${ms(p99Ms)}, max ${ms(maxMs)}`,
  ];
}

function resourceLines({ server, clientCpuSeconds, sockets, cpuCount, loadAverageBefore }: RunResult): string[] {
  const lines = [
    server === null
      ? 'server: CPU and memory unknown, GET /metrics tells no process figures'
      : `server: ${server.cpuSeconds.toFixed(1)} CPU seconds, memory ${mib(server.residentBytesBefore)} before, ${mib(server.residentBytesPeak)} peak, ${mib(server.residentBytesAfter)} after`,
    `this client: ${clientCpuSeconds.toFixed(1)} CPU seconds`,
    `this machine: ${cpuCount} CPUs, load average before the press ${loadAverageBefore.toFixed(1)}`,
  ];
  if (sockets.liveStockMessages > 0) lines.push(`${count(sockets.liveStockMessages)} live stock messages`);
  const lost = Object.entries(sockets.lostByCloseCode);
  if (lost.length > 0)
    lines.push(`sockets lost, by close code: ${lost.map(([code, number]) => `${code}: ${number}`).join(', ')}`);
  return lines;
}

function historyLines({ history }: RunResult): string[] {
  const { violations, answers, ledgerClaims } = history;
  const size = `${count(answers)} answers, ${count(ledgerClaims)} claims in the ledger`;
  if (violations.length === 0) return [`history: clean (${size})`];
  const shown = violations.slice(0, violationsShownMax).map(({ rule, detail }) => `  ${rule}: ${detail}`);
  const more = violations.length - shown.length;
  return [
    `history: ${count(violations.length)} VIOLATIONS (${size})`,
    ...shown,
    ...(more > 0 ? [`  … and ${count(more)} more; --json has all of them`] : []),
  ];
}
