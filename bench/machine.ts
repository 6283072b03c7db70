/** The machine that the figures belong to, and the pinning of processes to its cores. */
import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMib: number;
  readonly system: string;
  readonly node: string;
  /** What a durable commit waits for. Near zero: the temporary folder is not on a disk, and every "durable" figure is too good. */
  readonly syncToDiskMs: number;
  readonly pinned: boolean;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMib: Math.round(totalmem() / 1_048_576),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    syncToDiskMs: measureSyncToDisk(),
    pinned: canPin,
  };
}

/** Server and client on a core each, so that neither takes from the other; not where there are fewer than two, or no `taskset`. */
const canPin = availableParallelism() >= 2 && hasTaskset();

/** The command line that runs a program on one core, or anywhere if it can't be chosen. */
export function pinnedTo(
  core: number | undefined,
  command: string,
  commandArguments: readonly string[],
): [string, string[]] {
  if (core === undefined || !canPin) return [command, [...commandArguments]];
  return ['taskset', ['--cpu-list', String(core), command, ...commandArguments]];
}

function hasTaskset(): boolean {
  try {
    // The first two cores may be someone else's, in a container.
    execFileSync('taskset', ['--cpu-list', '0,1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function measureSyncToDisk(): number {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-bench-'));
  const file = openSync(join(folder, 'sync'), 'w');
  const page = Buffer.alloc(8_192, 1);
  const durationsMs = Array.from({ length: 50 }, () => {
    writeSync(file, page);
    const startedAt = performance.now();
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(durationsMs);
}

/** CPU time, user and system, that a process has used, all threads together. Linux counts in hundredths of a second. Undefined elsewhere. */
export function cpuSecondsOf(processId: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The second field is the name, in parentheses, and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

/**
 * How long the main thread of a process was ready to run and had to wait for its core, because something else had it. Linux only, and only where the kernel counts it;
 * else undefined.
 */
export function waitedSecondsOf(processId: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${processId}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
  } catch {
    return undefined;
  }
}

/** Resident memory of a process now and at its peak. Undefined where there is no /proc. */
export function memoryMibOf(processId: number): { readonly now: number; readonly peak: number } | undefined {
  try {
    const text = readFileSync(`/proc/${processId}/status`, 'utf8');
    const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
    return { now: read('VmRSS'), peak: read('VmHWM') };
  } catch {
    return undefined;
  }
}
