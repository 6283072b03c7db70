import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 on macOS). A server that is killed and started again finds its port taken
 * otherwise, now and then by one of its own clients: who connects to a port where nobody listens may be given that very port, and reach himself.
 */
const PORT_MIN = 12_000;
const PORT_MAX = 29_999;
const ATTEMPTS_MAX = 100;

/** A port of 127.0.0.1 that nothing listens on. Another process may take it before the caller does: try again then. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const port = randomInt(PORT_MIN, PORT_MAX + 1);
    if (await isFree(port)) return port;
  }
  throw new Error('this machine has no free port');
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
