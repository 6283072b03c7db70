/** Child processes of the benchmarks. Whatever was started ends with us, also on Ctrl-C; folders made for it are deleted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinnedTo } from './machine.ts';

const STOP_TIMEOUT_MS = 15_000;

const running = new Set<ChildProcess>();
const folders = new Set<string>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

export interface ProcessOptions {
  /** The core to run on; undefined: any. */
  readonly core: number | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where what it says goes; by default nowhere, except for what it says on standard error, which is shown. */
  readonly logFile?: string;
}

/** Runs a TypeScript file with this Node.js. It can exchange messages with us. */
export function startNode(file: string, fileArguments: readonly string[], options: ProcessOptions): ChildProcess {
  const [command, commandArguments] = pinnedTo(options.core, process.execPath, [file, ...fileArguments]);
  const log = options.logFile === undefined ? undefined : openSync(options.logFile, 'a');
  const child = spawn(command, commandArguments, {
    stdio: ['ignore', log ?? 'ignore', log ?? 'inherit', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, ...options.environment },
  });
  if (log !== undefined) closeSync(log);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(late);
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The next message of the child. Rejects when it ends instead. */
export function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null): void => {
      child.off('message', received);
      reject(new Error(`a process of the benchmark ended with ${code ?? signal}`));
    };
    const received = (message: unknown): void => {
      child.off('exit', ended);
      resolve(message as Message);
    };
    if (hasEnded(child)) return ended(child.exitCode, child.signalCode);
    child.once('exit', ended);
    child.once('message', received);
  });
}

/** Sends a message and waits for the answer. */
export function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const answer = nextMessage<Answer>(child);
  child.send(message);
  return answer;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-bench-'));
  folders.add(folder);
  return folder;
}

export function deleteFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}
