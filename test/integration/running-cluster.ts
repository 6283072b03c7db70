/** `npm run cluster` as a process, and what it says of itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../ops/servers/free-port.ts';
import { becomesTrue } from '../../ops/servers/local-server.ts';
import { processTree } from '../../ops/servers/process-tree.ts';

export interface ClusterProcess {
  readonly name: string;
  readonly url: string;
  readonly processId: number;
}

export const ADMIN_PASSWORD = 'the administrator';

const MAIN = fileURLToPath(new URL('../../ops/cluster/main.ts', import.meta.url));
const READY_WITHIN_MS = 110_000;

export class RunningCluster {
  readonly url: string;
  readonly #child: ChildProcess;
  output = '';

  /** Resolves when it says that it is ready. */
  static async start(environment: Record<string, string> = {}): Promise<RunningCluster> {
    const port = await freePort();
    const child = spawn(process.execPath, [MAIN, '--port', String(port), '--loadtest'], {
      env: { ...process.env, ADMIN_PASSWORD, DEMO_DROPS: 'false', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const cluster = new RunningCluster(child, `http://127.0.0.1:${port}`);
    if (await cluster.says('The cluster is ready', READY_WITHIN_MS)) return cluster;
    await cluster.stop();
    throw new Error(`the cluster did not start:\n${cluster.output}`);
  }

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
      });
    }
  }

  /** As its table has it; processes that were started again have other ids by now. */
  get processes(): ClusterProcess[] {
    const row = /^ {2}(\S+) +(http:\S+)\/metrics +process (\d+)$/gm;
    return [...this.output.matchAll(row)].map(([, name = '', url = '', id]) => ({ name, url, processId: Number(id) }));
  }

  /** It, its processes, its servers and their guards. */
  processIds(): number[] {
    return processTree(this.#child.pid ?? 0);
  }

  /** False when it has not said so in time, or has ended without. */
  async says(text: string, withinMs: number): Promise<boolean> {
    await becomesTrue(() => this.output.includes(text) || this.#hasEnded, withinMs);
    return this.output.includes(text);
  }

  /** Resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (!this.#hasEnded) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    return this.#child.exitCode;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
