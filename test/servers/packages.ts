/** Debian's packages, for test servers that are missing: installed only in CI or when asked for, only by root. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

export const isCi = Boolean(process.env['CI']) && process.env['CI'] !== 'false';

const APT_GET = '/usr/bin/apt-get';
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';
const INSTALL_TIMEOUT_MS = 10 * 60_000;

let indexUpdated = false;

/** Whether this process may install packages. */
export function mayInstallPackages(): boolean {
  const isAsked = isCi || process.env['INSTALL_TEST_SERVERS'] === '1';
  return isAsked && process.getuid?.() === 0 && existsSync(APT_GET);
}

/** Throws, with what apt-get said, when it fails. */
export function installPackages(...names: readonly string[]): void {
  console.log(`Installing ${names.join(', ')} for the tests …`);
  if (!indexUpdated) aptGet('update');
  indexUpdated = true;
  aptGet('install', '--yes', '--no-install-recommends', ...names);
}

/** Keeps Debian from making and starting a database server of its own when PostgreSQL is installed: the tests start theirs. */
export function preventDefaultCluster(): void {
  if (existsSync(CLUSTER_SETTINGS)) return;
  mkdirSync('/etc/postgresql-common', { recursive: true });
  writeFileSync(CLUSTER_SETTINGS, 'create_main_cluster = false\n');
}

function aptGet(...commandArguments: readonly string[]): void {
  const options = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'Dpkg::Options::=--force-confold', '-o', 'Acquire::Retries=3'];
  try {
    execFileSync(APT_GET, [...options, ...commandArguments], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: INSTALL_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    throw new Error(`apt-get ${commandArguments.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
