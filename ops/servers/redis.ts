/**
 * A Redis server of our own, in Docker or as a process of this machine, with a password that nobody else knows.
 *
 *   durable       every write goes to the append-only file, which reaches the disk once a second (Redis's default; `settings: { appendfsync: 'always' }` waits for it).
 *                 What a client was told survives a SIGKILL of Redis in either case, for the system has it by then
 *   not durable   all is in memory: after any end it comes back empty
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Container, startInDocker } from './docker.ts';
import type { LocalServer, ServerOptions } from './local-server.ts';
import { answersOn } from './probe.ts';
import { findOrInstall, findProgram } from './programs.ts';
import { startServerProcess } from './server-process.ts';
import { unprivilegedOwner, writePrivateFile } from './unprivileged.ts';

const IMAGE = 'redis:8';

/** Undefined where there is no Redis; throws when it is there and doesn't start. */
export async function startRedis(options: ServerOptions): Promise<LocalServer | undefined> {
  const password = randomBytes(16).toString('hex');
  return (
    (await startInDocker((hostPort) => redisContainer(hostPort, password, options))) ??
    (await startProcess(password, options))
  );
}

/** The program; installed where that is allowed (see packages.ts). */
export function findRedis(): string | undefined {
  return findOrInstall(() => findProgram('redis-server'), ['redis-server']);
}

export function redisContainer(hostPort: number, password: string, options: ServerOptions): Container {
  const settings = Object.entries({ requirepass: password, ...settingsOf(options) });
  return {
    name: 'redis',
    image: IMAGE,
    port: 6379,
    environment: {},
    commandArguments: settings.flatMap(([name, value]) => [`--${name}`, value]),
    url: urlOf(hostPort, password),
    answers: () => answers(hostPort, password),
  };
}

async function startProcess(password: string, options: ServerOptions): Promise<LocalServer | undefined> {
  const program = findRedis();
  if (!program) return undefined;
  const owner = unprivilegedOwner('nobody');
  return startServerProcess({
    name: 'redis',
    owner,
    stopSignals: ['TERM'],
    url: ({ port }) => urlOf(port, password),
    async prepare({ folder, port }) {
      const place = { bind: '127.0.0.1', port: String(port), dir: folder, daemonize: 'no' };
      const settings = Object.entries({ ...place, requirepass: password, ...settingsOf(options) });
      const lines = settings.map(([name, value]) => `${name} ${value || '""'}\n`);
      writePrivateFile(join(folder, 'redis.conf'), lines.join(''), owner);
    },
    command: ({ folder }) => [program, join(folder, 'redis.conf')],
    answers: ({ port }) => answers(port, password),
  });
}

function settingsOf({ durable, settings }: ServerOptions): Record<string, string> {
  return { loglevel: 'warning', save: '', appendonly: durable ? 'yes' : 'no', ...settings };
}

function urlOf(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

/** While it still reads its data, it answers PING with an error. */
function answers(port: number, password: string): Promise<boolean> {
  const request = Buffer.from(`AUTH ${password}\r\nPING\r\n`);
  return answersOn(port, request, (received) => received.toString() === '+OK\r\n+PONG\r\n');
}
