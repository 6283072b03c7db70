/** CPU time of the parts of a fleet, as Linux counts it in /proc: of all their processes, with those that have ended meanwhile. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** By part. */
export type CpuSeconds = Readonly<Record<string, number>>;

/** What the parts of a fleet used between two instants. */
export interface CpuUse {
  readonly seconds: number;
  readonly cpuSeconds: CpuSeconds;
}

const TICKS_PER_SECOND = 100;
const READ_PAUSE_MS = 2;

/** Its own and that of its children that have ended, user and system, out of the text of /proc/<id>/stat. */
export function cpuSecondsIn(stat: string): number {
  // The second field is the name, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0) / TICKS_PER_SECOND;
}

function cpuSecondsOf(processId: number): number {
  try {
    return cpuSecondsIn(readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    // It has ended: its parent has its time.
    return 0;
  }
}

function readCpu(processIds: Readonly<Record<string, readonly number[]>>): CpuSeconds {
  return Object.fromEntries(
    Object.entries(processIds).map(([part, ids]) => [part, ids.reduce((sum, id) => sum + cpuSecondsOf(id), 0)]),
  );
}

/** Between two instants of the wall clock; the processes are those of each instant. */
export async function cpuBetween(
  fromMs: number,
  toMs: number,
  processIds: () => Record<string, number[]>,
): Promise<CpuUse> {
  await untilWallClock(fromMs);
  const before = readCpu(processIds());
  const startedAt = performance.now();
  await untilWallClock(toMs);
  const after = readCpu(processIds());
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: minus(after, before, 1) };
}

async function untilWallClock(ms: number): Promise<void> {
  while (Date.now() < ms) await pause(Math.max(READ_PAUSE_MS, ms - Date.now()));
}

/** Microseconds of each part per claim, without what it uses when nothing happens. */
export function cpuUsPerClaim(busy: CpuUse, idle: CpuUse, claimsPerSecond: number): CpuSeconds {
  const extra = minus(busy.cpuSeconds, idle.cpuSeconds, busy.seconds / idle.seconds);
  const claims = claimsPerSecond * busy.seconds;
  return Object.fromEntries(Object.entries(extra).map(([part, seconds]) => [part, (seconds * 1e6) / claims]));
}

function minus(from: CpuSeconds, what: CpuSeconds, times: number): CpuSeconds {
  return Object.fromEntries(Object.entries(from).map(([part, value]) => [part, value - (what[part] ?? 0) * times]));
}
