/**
 * One process of the fleet, as an orchestrator would keep it:
 *
 *   down ──start──> starting ──it serves──> up ──kill──> down
 *                      ▲  │                  │ └─freeze─> frozen ──thaw──> up
 *                      │  └──it ends (the database is away, say)──> starting, after a moment
 *                      └── it ends by itself, which it never should: noted ──┘
 *
 *   starting ──it neither serves nor ends──> noted, killed, starting
 *
 * What it says goes to a file, so that a frozen process blocks nobody and nothing of a killed one is lost.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const UP_WITHIN_MS = 150_000;
/** A process that has neither served nor ended by then is stuck: an orchestrator's probe would kill it. */
const STUCK_AFTER_MS = 60_000;
/** Before its end it says where it stands. */
const REPORT_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 50;
const AGAIN_AFTER_MS = 300;
const STOP_WITHIN_MS = 12_000;

export interface ProcessPlan {
  readonly name: string;
  /** For this Node.js. */
  readonly commandArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  /** Answers with 200 as soon as the process serves. */
  readonly readyPath: string;
  /** Where its log and its process id are kept. */
  readonly folder: string;
}

export class FleetProcess {
  readonly #plan: ProcessPlan;
  #child: ChildProcess | undefined;
  #isWanted = false;
  /** Ends that nobody asked for. */
  readonly crashes: string[] = [];

  constructor(plan: ProcessPlan) {
    this.#plan = plan;
  }

  get name(): string {
    return this.#plan.name;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#plan.port}`);
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    this.#isWanted = true;
    const deadline = performance.now() + UP_WITHIN_MS;
    while (this.#isWanted) {
      const child = this.#launch();
      const stuckAt = performance.now() + STUCK_AFTER_MS;
      while (isAlive(child)) {
        if (await this.#serves()) {
          if (!isAlive(child)) break;
          child.once('exit', (code, signal) => this.#ended(code, signal));
          return;
        }
        if (performance.now() > deadline) throw new Error(`${this.name} does not serve:\n${this.log().slice(-3_000)}`);
        if (performance.now() > stuckAt) {
          this.crashes.push(`${this.name} neither served nor ended within ${STUCK_AFTER_MS / 1000} s of its start`);
          child.kill('SIGUSR2');
          await sleep(REPORT_WITHIN_MS);
          await endedBy(child, 'SIGKILL');
        }
        await sleep(LOOK_EVERY_MS);
      }
      await sleep(AGAIN_AFTER_MS);
    }
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    this.thaw();
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#end('SIGTERM');
    clearTimeout(late);
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** All that it has said, over all its lives. */
  log(): string {
    return readFileSync(this.#logFile(), 'utf8');
  }

  /** A figure of its metrics, summed over its labels; undefined while it does not answer. */
  async metric(name: string): Promise<number | undefined> {
    try {
      const response = await fetch(new URL('/metrics', this.url), { signal: AbortSignal.timeout(1_000) });
      const lines = (await response.text()).split('\n').filter((line) => line.startsWith(name));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    } catch {
      return undefined;
    }
  }

  #launch(): ChildProcess {
    const { commandArguments, environment, folder, name } = this.#plan;
    const log = openSync(this.#logFile(), 'a');
    const report = ['--report-on-signal', '--report-signal=SIGUSR2', `--report-directory=${folder}`];
    const child = spawn(process.execPath, [...report, ...commandArguments], {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...environment },
    });
    closeSync(log);
    // Here the guard of the fleet finds it.
    writeFileSync(join(folder, `${name}.pid`), String(child.pid));
    this.#child = child;
    return child;
  }

  async #serves(): Promise<boolean> {
    try {
      const url = new URL(this.#plan.readyPath, this.url);
      return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).status === 200;
    } catch {
      return false;
    }
  }

  #ended(code: number | null, signal: string | null): void {
    if (!this.#isWanted) return;
    this.crashes.push(`${this.name} ended by itself with ${code ?? signal}`);
    void this.start().catch(() => {});
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#isWanted = false;
    const child = this.#child;
    if (child === undefined || !isAlive(child)) return;
    await endedBy(child, signal);
  }

  #logFile(): string {
    return join(this.#plan.folder, `${this.name}.log`);
  }
}

async function endedBy(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
