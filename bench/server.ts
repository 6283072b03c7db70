/** The product's server in a process of its own: embedded, in a temporary folder, on a free port of this machine. */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../ops/servers/free-port.ts';
import { deleteFolder, hasEnded, startNode, stopProcess, temporaryFolder } from './processes.ts';

export interface BenchServer {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Signs its tokens. */
  readonly secret: string;
  /** Calls the API as the administrator; throws unless it answers with success. */
  call<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const READY_TIMEOUT_MS = 60_000;

/** A thousand sockets stand for a hundred thousand people: limits per person would measure the limits. The code on the way is the same. */
const LIMITS = {
  CLAIMS_PER_USER_PER_SECOND: '1000000',
  REQUESTS_PER_USER_PER_SECOND: '1000000',
  SOCKET_MESSAGES_PER_SECOND: '1000000',
};

export async function startServer(core: number | undefined): Promise<BenchServer> {
  const folder = temporaryFolder();
  const port = await freePort();
  const secret = randomBytes(32).toString('hex');
  const password = randomBytes(12).toString('hex');
  const child = startNode(MAIN, ['serve'], {
    core,
    environment: {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      // Embedded, whatever the environment says.
      DATABASE_URL: '',
      JWT_SECRET: secret,
      ADMIN_USERNAME: 'admin',
      ADMIN_EMAIL: 'admin@bench.invalid',
      ADMIN_PASSWORD: password,
      DEMO_DROPS: 'false',
      LOADTEST_ENABLED: 'true',
      LOG_LEVEL: 'warn',
      ...LIMITS,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await stopProcess(child);
    deleteFolder(folder);
  };
  try {
    await untilReady(url, child);
    const token = await signIn(url, password);
    return {
      port,
      url,
      process: child,
      secret,
      stop,
      call: (method, path, body) => call(url, token, method, path, body),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (hasEnded(child)) throw new Error('the server ended before it was ready');
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.status === 200) return;
    await pause(50);
  }
  throw new Error('the server was not ready in time');
}

async function signIn(url: string, password: string): Promise<string> {
  const session = await call<{ accessToken: string }>(url, undefined, 'POST', '/v1/sessions', {
    login: 'admin',
    password,
  });
  return session.accessToken;
}

async function call<Answer>(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
