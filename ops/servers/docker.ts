/**
 * The same servers as containers, where a Docker engine answers: published on a port of 127.0.0.1, removed with their data when we end. TEST_SERVERS=local looks for no engine.
 *
 * All is done by the `docker` command. The port is ours to choose, because a port that Docker chooses changes whenever the container is started again.
 */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startGuard } from './guard.ts';
import { becomesTrue, type EndSignal, type LocalServer, START_TIMEOUT_MS } from './local-server.ts';

export interface Container {
  /** As it stands in messages and in the name of the container. */
  readonly name: string;
  readonly image: string;
  /** The port on which the server listens inside. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** For the image's own entry point. */
  readonly commandArguments: readonly string[];
  readonly url: string;
  answers(): Promise<boolean>;
}

const ENGINE_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 60_000;
/** An image that this machine doesn't have yet is fetched first. */
const RUN_TIMEOUT_MS = 10 * 60_000;

const execute = promisify(execFile);

let engineAnswers: boolean | undefined;

export function hasDocker(): boolean {
  engineAnswers ??= process.env['TEST_SERVERS'] !== 'local' && asksEngine();
  return engineAnswers;
}

function asksEngine(): boolean {
  try {
    // Without an engine, `docker info` answers, too, and some versions even call that a success.
    const version = execFileSync('docker', ['info', '--format', '{{.ServerVersion}}'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: ENGINE_TIMEOUT_MS,
    });
    return version.trim() !== '';
  } catch {
    return false;
  }
}

/**
 * Runs a container where Docker is; undefined where it is not, or where it cannot run this one (most often because the image cannot be fetched), which is said.
 * `describe` is given the port of 127.0.0.1 on which the server will be.
 */
export async function startInDocker(describe: (hostPort: number) => Container): Promise<LocalServer | undefined> {
  if (!hasDocker()) return undefined;
  const hostPort = await freePort();
  const container = describe(hostPort);
  const name = `doorbuster-${container.name}-${randomBytes(6).toString('hex')}`;
  const guard = startGuard('docker rm --force --volumes "$1"', name);
  const server = new ContainerServer(name, container, () => guard.end());
  try {
    await server.run(hostPort);
    return server;
  } catch (error) {
    await guard.end();
    console.warn(`Docker cannot run ${container.image}, so it is looked for elsewhere: ${(error as Error).message}`);
    return undefined;
  }
}

/** Values of the environment are not in it, for everybody can read a command line: Docker takes them from its own environment. */
export function runCommand(name: string, hostPort: number, container: Container): string[] {
  return [
    ...['run', '--detach', '--name', name, '--label', 'doorbuster=server'],
    ...['--publish', `127.0.0.1:${hostPort}:${container.port}`],
    ...Object.keys(container.environment).flatMap((variable) => ['--env', variable]),
    container.image,
    ...container.commandArguments,
  ];
}

/** From `docker top … -eo pid`: a line with the heading, then an id a line. */
export function parseProcessIds(table: string): number[] {
  return table
    .split('\n')
    .map((line) => Number(line.trim()))
    .filter((id) => Number.isInteger(id) && id > 0);
}

class ContainerServer implements LocalServer {
  readonly #name: string;
  readonly #container: Container;
  readonly stop: () => Promise<void>;

  constructor(name: string, container: Container, stop: () => Promise<void>) {
    this.#name = name;
    this.#container = container;
    this.stop = stop;
  }

  get url(): string {
    return this.#container.url;
  }

  async run(hostPort: number): Promise<void> {
    await execute('docker', runCommand(this.#name, hostPort, this.#container), {
      env: { ...process.env, ...this.#container.environment },
      timeout: RUN_TIMEOUT_MS,
    });
    await this.#untilItAnswers();
  }

  async start(): Promise<void> {
    await docker('start', this.#name);
    await this.#untilItAnswers();
  }

  /** The signal goes to the first process inside; when that has ended, the engine ends the others at once. */
  async kill(signal: EndSignal): Promise<void> {
    if (signal !== 'SIGKILL') await this.resume();
    await docker('kill', '--signal', signal, this.#name);
    await docker('wait', this.#name);
  }

  async pause(): Promise<void> {
    await docker('pause', this.#name);
  }

  async resume(): Promise<void> {
    await docker('unpause', this.#name).catch(() => undefined); // It was not paused.
  }

  /** As the engine's machine numbers them: this machine, on Linux. */
  processIds(): number[] {
    try {
      return parseProcessIds(execFileSync('docker', ['top', this.#name, '-eo', 'pid'], { encoding: 'utf8' }));
    } catch {
      return [];
    }
  }

  async #untilItAnswers(): Promise<void> {
    if (await becomesTrue(() => this.#container.answers(), START_TIMEOUT_MS)) return;
    const { stdout, stderr } = await docker('logs', '--tail', '40', this.#name);
    throw new Error(`${this.#container.name} does not answer:\n${stdout}${stderr}`);
  }
}

function docker(...commandArguments: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return execute('docker', commandArguments, { timeout: COMMAND_TIMEOUT_MS });
}
