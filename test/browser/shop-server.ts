/** A real server as a process of its own, with a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../ops/servers/free-port.ts';
import { startMsMax } from './patience.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const administrator = { username: 'keeper', email: 'keeper@example.com', password: 'keeper-of-the-door' };

export interface ShopServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startShopServer(
  dataDirectory: string,
  environment: Record<string, string> = {},
  knownPort?: number,
): Promise<ShopServer> {
  const port = knownPort ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDirectory,
      DEMO_DROPS: 'false',
      LOG_LEVEL: 'error',
      SIGN_UPS_PER_ADDRESS_PER_HOUR: '10000',
      ADMIN_USERNAME: administrator.username,
      ADMIN_EMAIL: administrator.email,
      ADMIN_PASSWORD: administrator.password,
      PUBLIC_URL: url,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await ready(url, child);
  return {
    url,
    port,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  const deadline = Date.now() + startMsMax;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
    const isReady = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`the server is not ready: ${output}`);
}
