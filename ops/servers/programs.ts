/** Programs of this machine. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, mayInstallPackages } from './packages.ts';

// Where Debian keeps servers, and where only root's PATH looks.
const SERVER_FOLDER = '/usr/sbin';

export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), SERVER_FOLDER];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** What `find` finds, at once or after these packages were installed, where that is allowed (see packages.ts). */
export function findOrInstall<Found>(
  find: () => Found | undefined,
  packages: readonly string[],
  beforeInstall?: () => void,
): Found | undefined {
  const found = find();
  if (found !== undefined || !mayInstallPackages()) return found;
  beforeInstall?.();
  installPackages(...packages);
  return find();
}

/** What a program says, on both its outputs; empty if it fails. */
export function outputOf(command: string, ...commandArguments: readonly string[]): string {
  try {
    const script = 'exec "$@" 2>&1';
    return execFileSync('sh', ['-c', script, 'sh', command, ...commandArguments], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
