/**
 * A process of the cluster, kept alive.
 *
 *   starting ──ready──> running ──it ends by itself, however──> waiting ──a pause, longer with each quick death──> starting
 *      │                   └──stop──> stopping: SIGTERM, and SIGKILL when it takes too long ──> stopped
 *      └── the first time: it ends, or is not ready in time ──> failed, with what it said last
 *
 * It has a process group of its own: a terminal's Ctrl-C is for us alone, who stop all in order. Its id stands in a file, by which the cluster's guard finds it when
 * we are killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../src/fleet/roles.ts';
import { becomesTrue } from '../servers/local-server.ts';
import type { MemberEnvironment } from './environment.ts';
import { seconds } from './report.ts';

export interface MemberPlan {
  readonly name: string;
  readonly role: Role;
  readonly port: number;
  /** Of all members. */
  readonly environment: MemberEnvironment;
  /** Where the file with its process id is kept. */
  readonly folder: string;
  /** For the person at the terminal. */
  readonly say: (line: string) => void;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LAUNCH = 'echo $$ > "$1" && shift && exec "$@"';
const READY_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 2_000;
/** It gives itself nine seconds. */
const STOP_WITHIN_MS = 12_000;
const PAUSE_MS = { first: 250, most: 10_000 } as const;
/** Who lived so long has not died of its start. */
const LONG_LIFE_MS = 10_000;
const LAST_LINES = 20;

export class Member {
  readonly name: string;
  readonly url: string;
  readonly #plan: MemberPlan;
  readonly #file: string;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #startedAtMs = 0;
  #quickDeaths = 0;
  #lastLines: string[] = [];

  constructor(plan: MemberPlan) {
    this.name = plan.name;
    this.url = `http://127.0.0.1:${plan.port}`;
    this.#plan = plan;
    this.#file = join(plan.folder, plan.name);
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  /** The first time. Resolves when it is ready; throws, with its last words, when it does not become so. */
  async start(): Promise<void> {
    const child = this.#launch();
    if (await this.#becomesReady(child)) {
      child.once('exit', () => this.#revive(child));
      if (hasEnded(child)) this.#revive(child);
      return;
    }
    const end = hasEnded(child) ? `ended with ${child.signalCode ?? child.exitCode}` : 'did not become ready in time';
    throw new Error(`${this.name} ${end}:\n${this.#lastLines.join('\n')}`);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(late);
  }

  #launch(): ChildProcess {
    const { role, port, environment } = this.#plan;
    const program = [process.execPath, MAIN, 'serve', '--roles', role];
    const child = spawn('sh', ['-c', LAUNCH, this.name, this.#file, ...program], {
      env: { ...environment, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    // The guard must not take another process for this one, once the system gives its id away again.
    child.once('exit', () => rmSync(this.#file, { force: true }));
    this.#lastLines = [];
    for (const stream of [child.stdout, child.stderr]) this.#listenTo(stream);
    this.#child = child;
    this.#startedAtMs = performance.now();
    return child;
  }

  /** The log is shown, with the name in front; the rest is for people who start one process, and is only kept in case it ends. */
  #listenTo(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#lastLines = [...this.#lastLines, line].slice(-LAST_LINES);
      if (line.startsWith('{')) this.#plan.say(`${this.name} | ${line}`);
    });
  }

  async #becomesReady(child: ChildProcess): Promise<boolean> {
    let ready = false;
    const isDecided = async (): Promise<boolean> => {
      ready = await isReady(this.url);
      return ready || hasEnded(child);
    };
    await becomesTrue(isDecided, READY_WITHIN_MS);
    return ready;
  }

  /** Whatever goes wrong, it goes on trying: the others serve meanwhile. */
  #revive(dead: ChildProcess): void {
    const { say } = this.#plan;
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    const lifeMs = performance.now() - this.#startedAtMs;
    this.#quickDeaths = lifeMs < LONG_LIFE_MS ? this.#quickDeaths + 1 : 0;
    const pauseMs = Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** this.#quickDeaths);
    say(`${this.name} has ended (${dead.signalCode ?? dead.exitCode}): starting it again`);
    if (dead.exitCode) say(this.#lastLines.join('\n'));
    pause(pauseMs, undefined, { signal })
      .then(async () => {
        const child = this.#launch();
        child.once('exit', () => this.#revive(child));
        const ready = await this.#becomesReady(child);
        if (ready) say(`${this.name} is back after ${seconds(performance.now() - this.#startedAtMs)}`);
      })
      // Told to stop.
      .catch(() => {});
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
