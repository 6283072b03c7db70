/**
 * A server of our own as a process of this machine: private data in a temporary folder, a free port of 127.0.0.1, and an end at the latest when we end.
 *
 *   folder/process   the id of the server's process, written before it starts. Here the guard finds it
 *   folder/log       what it says
 *   the rest         its own
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isFree } from './free-port.ts';
import { type Guard, startGuard } from './guard.ts';
import { becomesTrue, type EndSignal, type LocalServer, START_TIMEOUT_MS } from './local-server.ts';
import { isRunning, processTree } from './process-tree.ts';
import { giveTo, type Owner } from './unprivileged.ts';

/** Where a server lives. */
export interface Place {
  readonly folder: string;
  readonly port: number;
}

/** How a server is started. */
export interface ServerPlan {
  /** As it stands in messages and in the name of the folder. */
  readonly name: string;
  /** As whom it runs; by default as ourselves. The folder is theirs. */
  readonly owner?: Owner;
  /** What ends it in order, then what ends it faster; SIGKILL comes last without being named. */
  readonly stopSignals: readonly ('TERM' | 'INT' | 'QUIT')[];
  /** How long processes of a killed server get to notice and to end by themselves; none by default. */
  readonly orphansEndWithinMs?: number;
  url(place: Place): string;
  /** Makes, once, what the command needs. */
  prepare(place: Place): Promise<void>;
  command(place: Place): readonly string[];
  answers(place: Place): Promise<boolean>;
}

const FIRST_START_ATTEMPTS_MAX = 3;
const RESTART_ATTEMPTS_MAX = 25;
const RESTART_INTERVAL_MS = 200;
const END_TIMEOUT_MS = 30_000;

const LAUNCH = `echo $$ > "$1/process" && folder=$1 && shift && exec "$@" >> "$folder/log" 2>&1`;

/**
 * Ends the server by its process id, with one signal after the other, ten seconds each, and deletes the folder. A frozen server is woken first, or it would not hear.
 * Who has ended and only waits for a parent to take notice does not count: in a container there may be no parent who does.
 */
const TIDY_UP = `
  folder=$1
  shift
  children() { cat "/proc/$1/task/"*/children 2> /dev/null || pgrep -P "$1"; }
  alive() { kill -0 "$1" 2> /dev/null && ! grep -qs '^State:.*Z' "/proc/$1/status"; }
  if [ -s "$folder/process" ]; then
    process=$(cat "$folder/process")
    for signal in "$@" KILL; do
      alive "$process" || break
      [ "$signal" = KILL ] && family=$(children "$process") || family=
      kill -s "$signal" "$process" $family 2> /dev/null
      kill -s CONT "$process" $(children "$process") 2> /dev/null
      for _ in $(seq 200); do
        alive "$process" || break 2
        sleep 0.05
      done
    done
  fi
  rm -rf "$folder"
`;

/** Throws, with the end of its log, when it does not answer in time. */
export async function startServerProcess(plan: ServerPlan): Promise<LocalServer> {
  for (let attempt = 1; ; attempt += 1) {
    const place = { folder: mkdtempSync(join(tmpdir(), `doorbuster-${plan.name}-`)), port: await freePort() };
    const guard = startGuard(TIDY_UP, place.folder, ...plan.stopSignals);
    try {
      giveTo(plan.owner ?? {}, place.folder);
      await plan.prepare(place);
      const server = new ServerProcess(plan, place, guard);
      await server.firstStart();
      return server;
    } catch (error) {
      await guard.end();
      // Another process was faster.
      const portIsTaken = !(await isFree(place.port));
      if (!portIsTaken || attempt === FIRST_START_ATTEMPTS_MAX) throw error;
    }
  }
}

class ServerProcess implements LocalServer {
  readonly url: string;
  readonly #plan: ServerPlan;
  readonly #place: Place;
  readonly #guard: Guard;
  #process: ChildProcess | undefined;
  #isStopped = false;

  constructor(plan: ServerPlan, place: Place, guard: Guard) {
    this.url = plan.url(place);
    this.#plan = plan;
    this.#place = place;
    this.#guard = guard;
  }

  async firstStart(): Promise<void> {
    if (!(await this.#launch())) throw this.#failure('does not start');
  }

  async start(): Promise<void> {
    if (this.#isStopped) throw new Error(`${this.#plan.name} was stopped, and its data is gone`);
    if (this.#isUp()) throw new Error(`${this.#plan.name} is running`);
    for (let attempt = 1; attempt <= RESTART_ATTEMPTS_MAX; attempt += 1) {
      if (await this.#launch()) return;
      // Something of the last run may still hold the data or the port.
      await new Promise((resolve) => setTimeout(resolve, RESTART_INTERVAL_MS));
    }
    throw this.#failure('does not start again');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#guard.end();
  }

  async kill(signal: EndSignal): Promise<void> {
    const processes = this.processIds();
    if (signal !== 'SIGKILL') await this.resume();
    this.#process?.kill(signal);
    if (!(await becomesTrue(() => !this.#isUp(), END_TIMEOUT_MS))) throw this.#failure(`does not end on ${signal}`);
    const left = (): number[] => processes.filter(isRunning);
    if (!(await becomesTrue(() => left().length === 0, this.#plan.orphansEndWithinMs ?? 0))) {
      for (const id of left()) sendSignal(id, 'SIGKILL');
      await becomesTrue(() => left().length === 0, END_TIMEOUT_MS);
    }
  }

  async pause(): Promise<void> {
    // The first process first, so that it makes no more of them meanwhile.
    if (this.#isUp()) this.#process?.kill('SIGSTOP');
    for (const id of this.processIds()) sendSignal(id, 'SIGSTOP');
  }

  async resume(): Promise<void> {
    for (const id of this.processIds().reverse()) sendSignal(id, 'SIGCONT');
  }

  processIds(): number[] {
    return this.#isUp() && this.#process?.pid ? processTree(this.#process.pid) : [];
  }

  #isUp(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** False when it ended at once. */
  async #launch(): Promise<boolean> {
    const { folder } = this.#place;
    const server = spawn('sh', ['-c', LAUNCH, this.#plan.name, folder, ...this.#plan.command(this.#place)], {
      ...this.#plan.owner,
      cwd: folder,
      stdio: 'ignore',
      detached: true,
    });
    server.unref();
    // The guard must not take another process for this one, once the system gives its id away again.
    server.once('exit', () => rmSync(join(folder, 'process'), { force: true }));
    this.#process = server;
    let answered = false;
    const isDecided = async (): Promise<boolean> => {
      answered = await this.#plan.answers(this.#place);
      return answered || !this.#isUp();
    };
    const inTime = await becomesTrue(isDecided, START_TIMEOUT_MS);
    if (!inTime) throw this.#failure('does not answer');
    return answered && this.#isUp();
  }

  #failure(what: string): Error {
    let log = '';
    try {
      log = readFileSync(join(this.#place.folder, 'log'), 'utf8').slice(-4_000);
    } catch {
      // It came to no word.
    }
    return new Error(`${this.#plan.name} ${what}:\n${log}`);
  }
}

function sendSignal(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    // It has just ended.
  }
}
