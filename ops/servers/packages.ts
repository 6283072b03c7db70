/** Debian's packages, for servers that are missing: installed only in CI or when asked for, only by root, and never started as services. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';

export const isCi = Boolean(process.env['CI']) && process.env['CI'] !== 'false';

const APT_GET = '/usr/bin/apt-get';
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';
const SYSTEMD = '/run/systemd/system';
/** Packages that would run as services of the same name from the next boot on. */
const SERVICES = ['nginx', 'redis-server'];
const INSTALL_TIMEOUT_MS = 10 * 60_000;

let indexUpdated = false;

/** Whether this process may install packages. */
export function mayInstallPackages(): boolean {
  const isAsked = isCi || process.env['INSTALL_TEST_SERVERS'] === '1';
  return isAsked && process.getuid?.() === 0 && existsSync(APT_GET);
}

/** Throws, with what apt-get said, when it fails. */
export function installPackages(...names: readonly string[]): void {
  console.log(`Installing ${names.join(', ')} …`);
  if (!indexUpdated) aptGet('update');
  indexUpdated = true;
  withoutServices(names, () => aptGet('install', '--yes', '--no-install-recommends', ...names));
}

/** Keeps Debian from making and starting a database server of its own when PostgreSQL is installed: we start ours. */
export function preventDefaultCluster(): void {
  if (existsSync(CLUSTER_SETTINGS)) return;
  mkdirSync('/etc/postgresql-common', { recursive: true });
  writeFileSync(CLUSTER_SETTINGS, 'create_main_cluster = false\n');
}

/**
 * Debian starts a service as soon as it is installed, and at every boot. Nobody asked for that here: ours run on ports and data of their own and need no service. All that starts
 * one asks this policy first (RUNLEVEL=1, the other well-known way, is not heard where systemd runs), and 101 forbids it. Where there is a policy already, it stands.
 */
function withoutServices(names: readonly string[], install: () => void): void {
  const isOurPolicy = !existsSync(SERVICE_POLICY);
  if (isOurPolicy) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
    const services = names.filter((name) => SERVICES.includes(name));
    if (services.length > 0 && existsSync(SYSTEMD)) execFileSync('systemctl', ['disable', '--quiet', ...services]);
  } finally {
    if (isOurPolicy) rmSync(SERVICE_POLICY, { force: true });
  }
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
