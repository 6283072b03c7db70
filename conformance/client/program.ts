/** The client's program: what it prints, and what it is told on standard input. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ScriptedServer } from './scripted-server.ts';

export const WATCHED = ['7', '8'] as const;

export interface Line {
  readonly atMs: number;
  readonly message: Readonly<Record<string, unknown>>;
}

export class ClientProgram {
  readonly lines: Line[] = [];
  /** A line that is no JSON object, or an end that nobody asked for. */
  fault: string | undefined;
  readonly #child: ChildProcess;
  #errorText = '';
  #isStopped = false;

  constructor(command: string, server: ScriptedServer) {
    this.#child = spawn(command, {
      shell: true,
      // A group of its own, so that nothing of it is left behind.
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        DOORBUSTER_URL: server.url,
        DOORBUSTER_WATCH: WATCHED.join(','),
        DOORBUSTER_TOKEN_URL: `${server.url}/token`,
      },
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (chunk) => {
      this.#errorText = `${this.#errorText}${chunk}`.slice(-300);
    });
    this.#child.once('error', (error) => {
      this.fault ??= error.message;
    });
    this.#child.once('exit', (code) => {
      if (!this.#isStopped) this.fault ??= `it ended with ${code}: ${this.#errorText.trim()}`;
    });
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  stop(): void {
    this.#isStopped = true;
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // It has ended in this moment.
    }
  }

  #hear(line: string): void {
    if (line.trim() === '') return;
    try {
      const message = JSON.parse(line);
      if (typeof message?.type !== 'string') throw new Error('no type');
      this.lines.push({ atMs: Date.now(), message });
    } catch {
      this.fault ??= `a line that is no JSON object with a type: ${line.slice(0, 60)}`;
    }
  }
}
