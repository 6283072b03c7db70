/**
 * A server of its own for the run: embedded, in a temporary folder, on a free port of this machine, with an administrator
 * whose password nobody else knows. It is stopped and its folder removed whatever happens to the run; if this process
 * dies without a chance to tidy up, it at least takes the server with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ServerProcess {
  readonly url: URL;
  readonly admin: { readonly login: string; readonly password: string };
  /** Aborts when it ends before it was asked to. */
  readonly ended: AbortSignal;
  /** The last lines of what it printed. */
  logTail(): Promise<string>;
  /** Asks it to end, and removes its folder. */
  stop(): Promise<void>;
}

const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url));
const readyWithinMs = 60_000;
const stopWithinMs = 15_000;
/**
 * A slot is kept for a payment that is not answered for less long than the sandbox's latest card takes to be charged: then that charge
 * must be given back. Somebody's own setting comes before it.
 */
const defaults = { LOG_LEVEL: 'warn', PAYMENT_GRACE_SECONDS: '4' };
/** A load test must not reach somebody's database because a variable happened to be set. */
const shared = ['DATABASE_URL', 'REDIS_URL', 'KAFKA_BROKERS'];

/** Starts a server and waits until it is ready. Throws with the end of its log when it ends or takes too long. */
export async function startServer(sockets: number, signal: AbortSignal): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-loadtest-'));
  const port = await freePort();
  const admin = { login: 'loadtest-admin', password: randomBytes(18).toString('base64url') };
  const logFile = join(folder, 'server.log');
  const log = await open(logFile, 'w');
  const child = spawn(process.execPath, [mainFile, 'serve'], {
    env: serverEnvironment({
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(folder, 'data'),
      LOADTEST_ENABLED: 'true',
      DEMO_DROPS: 'false',
      // Room for those who reconnect before their old socket is gone.
      SOCKETS_MAX: String(Math.max(15_000, sockets + 1000)),
      SOCKETS_PER_ADDRESS_MAX: '1000000',
      ADMIN_USERNAME: admin.login,
      ADMIN_EMAIL: 'loadtest-admin@localhost.localdomain',
      ADMIN_PASSWORD: admin.password,
    }),
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const ended = new AbortController();
  const tellEnd = () => ended.abort(new Error(`the server ended with ${child.exitCode ?? child.signalCode}`));
  child.once('exit', tellEnd);
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const server: ServerProcess = {
    url: new URL(`http://127.0.0.1:${port}`),
    admin,
    ended: ended.signal,
    logTail: async () => (await readFile(logFile, 'utf8')).split('\n').slice(-20).join('\n'),
    stop: async () => {
      child.off('exit', tellEnd);
      await end(child);
      process.off('exit', killWithUs);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await untilReady(server.url, child, signal);
    return server;
  } catch (error) {
    const tail = await server.logTail();
    await server.stop();
    throw new Error(`the server did not start: ${(error as Error).message}\n${tail}`, { cause: error });
  }
}

function serverEnvironment(own: Record<string, string>): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !shared.includes(name));
  return { ...defaults, ...Object.fromEntries(inherited), ...own };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the system gave no free port');
  return address.port;
}

async function untilReady(url: URL, child: ChildProcess, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  while (performance.now() < deadline) {
    if (hasEnded(child)) throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    const response = await fetch(new URL('/readyz', url), { signal }).catch(() => undefined);
    if (response?.status === 200) return;
    await sleep(100, undefined, { signal });
  }
  throw new Error(`it was not ready within ${readyWithinMs / 1000} s`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await ended;
  clearTimeout(late);
}
