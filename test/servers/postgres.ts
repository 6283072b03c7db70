/**
 * A PostgreSQL server of our own: a private cluster in a temporary folder, on a free port of 127.0.0.1, with a password that nobody else knows.
 *
 *   start   initdb and postgres, as the user `postgres` where we are root (PostgreSQL refuses to run as root)
 *   guard   a small shell that waits for the end of our pipe to it. The pipe ends when we close it, and also when we are killed in any way, so
 *           nothing is left behind: the guard stops the server by its process id and deletes the folder
 *   stop    close the pipe, wait for the guard
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';

export interface PostgresServer {
  /** Of the maintenance database `postgres`, as superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Whether a commit reaches the disk before it is acknowledged, as in production. Tests don't pull the plug, and are faster without. */
  readonly durable: boolean;
  /** Further settings, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

const START_ATTEMPTS_MAX = 3;
const START_TIMEOUT_MS = 60_000;
const UNUSED_IN_TESTS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Fast shutdown first, then immediate, then force; the process id is the one that PostgreSQL itself keeps in the folder. */
const GUARD = `
  trap '' INT TERM HUP
  cat > /dev/null
  for signal in INT QUIT KILL; do
    for _ in $(seq 100); do
      [ -e "$1/data/postmaster.pid" ] || break 2
      process=$(head -n 1 "$1/data/postmaster.pid")
      kill -0 "$process" 2> /dev/null || break 2
      [ "$_" = 1 ] && kill -s "$signal" "$process"
      sleep 0.1
    done
  done
  rm -rf "$1"
`;

/** Returns undefined where there is no PostgreSQL; throws when it is there and doesn't start. */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer | undefined> {
  const binaries = findPostgresBinaries();
  if (!binaries) return undefined;

  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-postgres-'));
  const guard = spawn('sh', ['-c', GUARD, 'guard', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // It must not keep this process from ending: its pipe ends with us.
  guard.unref();
  const stop = async (): Promise<void> => {
    if (guard.exitCode !== null) return;
    const exited = once(guard, 'exit');
    guard.ref();
    guard.stdin?.end();
    await exited;
  };

  try {
    const owner = serverUser(folder);
    const password = randomBytes(16).toString('hex');
    initialise(binaries, folder, password, owner);
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      if (await run(binaries, folder, port, options, owner)) {
        return { url: `postgres://doorbuster:${password}@127.0.0.1:${port}/postgres`, stop };
      }
      if (attempt === START_ATTEMPTS_MAX)
        throw new Error(`PostgreSQL does not start:\n${readFileSync(logPath(folder), 'utf8')}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Root hands the folder over to a user who may do nothing else; everyone else runs the server as themselves. */
function serverUser(folder: string): Owner {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((what) =>
        Number(execFileSync('id', [what, name], { encoding: 'utf8', stdio: 'pipe' })),
      );
      if (uid === undefined || gid === undefined) continue;
      chownSync(folder, uid, gid);
      return { uid, gid };
    } catch {
      // No such user on this machine.
    }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`');
}

function initialise(binaries: string, folder: string, password: string, owner: Owner): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
  else chmodSync(folder, 0o700);
  const settings = ['--username=doorbuster', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(
    join(binaries, 'initdb'),
    [`--pgdata=${join(folder, 'data')}`, `--pwfile=${passwordFile}`, ...settings],
    {
      ...owner,
      cwd: folder,
      stdio: 'pipe',
    },
  );
  rmSync(passwordFile);
}

function logPath(folder: string): string {
  return join(folder, 'log');
}

/** Resolves with false when the server ended at once: most often because another process took the port. */
async function run(
  binaries: string,
  folder: string,
  port: number,
  { durable, settings }: PostgresServerOptions,
  owner: Owner,
): Promise<boolean> {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    logging_collector: 'off',
    ...(durable ? {} : UNUSED_IN_TESTS),
    ...settings,
  };
  const server: ChildProcess = spawn(
    'sh',
    [
      ...['-c', 'log=$1; shift; exec "$@" > "$log" 2>&1', 'postgres', logPath(folder)],
      ...[join(binaries, 'postgres'), '-D', join(folder, 'data')],
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...owner, cwd: folder, stdio: 'ignore', detached: true },
  );
  server.unref();
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && server.exitCode === null && server.signalCode === null) {
    if (isReady(folder)) return true;
    await pause(20);
  }
  return false;
}

/** The eighth line of its process file says how far the server is. */
function isReady(folder: string): boolean {
  const file = join(folder, 'data', 'postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
}
