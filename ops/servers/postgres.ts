/**
 * A PostgreSQL server of our own, in Docker or as a process of this machine, with a password that nobody else knows.
 *
 *   SIGKILL   a crash: the first process is gone, its backends notice and end, too, and the next start recovers from the write-ahead log
 *   SIGINT    a fast shutdown: transactions are rolled back, and all is written
 *   SIGTERM   waits until the last client has gone by itself, which may be never
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Container, startInDocker } from './docker.ts';
import type { LocalServer, ServerOptions } from './local-server.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { startServerProcess } from './server-process.ts';
import { unprivilegedOwner, writePrivateFile } from './unprivileged.ts';

const IMAGE = 'postgres:17';
const USER = 'doorbuster';
const TOO_MANY_CONNECTIONS = '53300';
const CONNECT_TIMEOUT_MS = 1_000;
/** A backend that is busy notices the end of the first process when it has done its work. */
const BACKENDS_END_WITHIN_MS = 2_000;
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Its URL is that of the maintenance database `postgres`, as superuser. Undefined where there is no PostgreSQL; throws when it is there and doesn't start. */
export async function startPostgres(options: ServerOptions): Promise<LocalServer | undefined> {
  const password = randomBytes(16).toString('hex');
  return (
    (await startInDocker((hostPort) => postgresContainer(hostPort, password, options))) ??
    (await startProcess(password, options))
  );
}

export function postgresContainer(hostPort: number, password: string, options: ServerOptions): Container {
  const url = urlOf(hostPort, password);
  return {
    name: 'postgres',
    image: IMAGE,
    port: 5432,
    environment: {
      POSTGRES_USER: USER,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: 'postgres',
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C',
    },
    commandArguments: settingArguments(options),
    url,
    answers: () => answers(url),
  };
}

async function startProcess(password: string, options: ServerOptions): Promise<LocalServer | undefined> {
  const binaries = findPostgresBinaries();
  if (!binaries) return undefined;
  // PostgreSQL refuses to run as root.
  const owner = unprivilegedOwner('postgres', 'nobody');
  return startServerProcess({
    name: 'postgres',
    owner,
    stopSignals: ['INT', 'QUIT'],
    orphansEndWithinMs: BACKENDS_END_WITHIN_MS,
    url: ({ port }) => urlOf(port, password),
    async prepare({ folder }) {
      const passwordFile = join(folder, 'password');
      writePrivateFile(passwordFile, password, owner);
      await promisify(execFile)(
        join(binaries, 'initdb'),
        [
          ...[`--pgdata=${join(folder, 'data')}`, `--username=${USER}`, `--pwfile=${passwordFile}`],
          ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'],
        ],
        { ...owner, cwd: folder },
      );
    },
    command: ({ folder, port }) => [
      ...[join(binaries, 'postgres'), '-D', join(folder, 'data')],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', `port=${port}`, '-c', 'unix_socket_directories='],
      ...settingArguments(options),
    ],
    answers: ({ port }) => answers(urlOf(port, password)),
  });
}

function settingArguments({ durable, settings }: ServerOptions): string[] {
  const all = { max_connections: '100', logging_collector: 'off', ...(durable ? {} : NOT_DURABLE), ...settings };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function urlOf(port: number, password: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // What goes wrong is told by `connect`, too.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    // Clients that waited for it may have been faster than we are.
    return (error as { code?: string }).code === TOO_MANY_CONNECTIONS;
  }
}
