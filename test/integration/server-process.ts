/** The real server as a process of its own, to be stopped, killed and started again on the same data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const ADMIN_PASSWORD = 'the administrator';

export class ServerProcess {
  readonly dataDirectory: string;
  readonly #child: ChildProcess;
  readonly #environment: Record<string, string>;
  readonly port: number;
  #output = '';

  /** Resolves once the server listens. `template` is the data folder of a stopped server to begin with: much quicker than a first start. */
  static async start(environment: Record<string, string> = {}, template?: string): Promise<ServerProcess> {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'doorbuster-test-'));
    try {
      if (template !== undefined) await cp(template, dataDirectory, { recursive: true });
      return await ServerProcess.#start(dataDirectory, environment, 0);
    } catch (error) {
      await rm(dataDirectory, { recursive: true, force: true });
      throw error;
    }
  }

  static async #start(
    dataDirectory: string,
    environment: Record<string, string>,
    port: number,
  ): Promise<ServerProcess> {
    const child = spawn(process.execPath, [MAIN, 'serve'], {
      env: {
        ...process.env,
        PORT: String(port),
        HOST: '127.0.0.1',
        DATA_DIR: dataDirectory,
        DATABASE_URL: '',
        ADMIN_PASSWORD,
        LOADTEST_ENABLED: 'true',
        REQUESTS_PER_USER_PER_SECOND: '1000',
        LOG_LEVEL: 'warn',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const listening = new Promise<number>((resolve, reject) => {
      child.stdout?.on('data', (chunk) => {
        output += chunk;
        const serving = /Doorbuster serves https?:\/\/localhost:(\d+)/.exec(output);
        if (serving) resolve(Number(serving[1]));
      });
      child.stderr?.on('data', (chunk) => {
        output += chunk;
      });
      // `close`, not `exit`: what it printed last is still on its way when it exits.
      child.once('close', (code) => reject(new Error(`the server ended with ${code} before it served:\n${output}`)));
    });
    const server = new ServerProcess(child, dataDirectory, environment, await listening);
    server.#output = output;
    child.stdout?.on('data', (chunk) => {
      server.#output += chunk;
    });
    return server;
  }

  private constructor(child: ChildProcess, dataDirectory: string, environment: Record<string, string>, port: number) {
    this.#child = child;
    this.dataDirectory = dataDirectory;
    this.#environment = environment;
    this.port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Sends the signal; resolves with the exit code (null: ended by the signal). */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill(signal);
      await exited;
    }
    return this.#child.exitCode;
  }

  /** Starts a server on the same data and, so that clients find it again, on the same port. */
  startAgain(): Promise<ServerProcess> {
    return ServerProcess.#start(this.dataDirectory, this.#environment, this.port);
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.dataDirectory, { recursive: true, force: true });
  }
}
