/** The product's server in a process of its own: embedded unless the environment says otherwise, in a temporary folder, on a free port of this machine. */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePort } from '../ops/servers/free-port.ts';
import { type Api, signIn, untilReady } from './api.ts';
import { deleteFolder, hasEnded, startNode, stopProcess, temporaryFolder } from './processes.ts';

export interface BenchServer extends Api {
  readonly port: number;
  readonly process: ChildProcess;
  /** Signs its tokens. */
  readonly secret: string;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A thousand sockets stand for a hundred thousand people: limits per person would measure the limits. The code on the way is the same. */
const LIMITS = {
  CLAIMS_PER_USER_PER_SECOND: '1000000',
  REQUESTS_PER_USER_PER_SECOND: '1000000',
  SOCKET_MESSAGES_PER_SECOND: '1000000',
  SOCKETS_PER_ADDRESS_MAX: '1000000',
  SOCKETS_PER_USER_MAX: '1000000',
};

export async function startServer(
  core: number | undefined,
  environment: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
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
      // Embedded, whatever this process's environment says.
      DATABASE_URL: '',
      JWT_SECRET: secret,
      ADMIN_USERNAME: 'admin',
      ADMIN_EMAIL: 'admin@bench.invalid',
      ADMIN_PASSWORD: password,
      DEMO_DROPS: 'false',
      LOADTEST_ENABLED: 'true',
      LOG_LEVEL: 'warn',
      ...LIMITS,
      ...environment,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await stopProcess(child);
    deleteFolder(folder);
  };
  try {
    await untilReady(url, () => hasEnded(child));
    return { ...(await signIn(url, password)), port, process: child, secret, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
