/**
 * Whether node_modules holds what package-lock.json names. The usual answer is a stamp: the lock file's hash, written after a completed
 * installation. Where there is no stamp, npm's own record of what it installed is compared with the lock file, so that an `npm install` made
 * by hand is adopted and not repeated.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, stampFolder } from './root.mjs';

const lockPath = join(root, 'package-lock.json');
const installedPath = join(root, 'node_modules', '.package-lock.json');
const stampPath = join(stampFolder, 'packages');

export function packagesHash() {
  return createHash('sha256').update(readFileSync(lockPath)).digest('hex');
}

export function packagesAreCurrent() {
  try {
    return readFileSync(stampPath, 'utf8').trim() === packagesHash();
  } catch {
    return false;
  }
}

export function stampPackages(hash) {
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stampPath, `${hash}\n`);
}

/** npm writes its record last, so an interrupted installation has none. Optional packages may be missing: they are for other platforms. */
export function adoptPackages() {
  const hash = packagesHash();
  try {
    const wanted = JSON.parse(readFileSync(lockPath, 'utf8')).packages;
    const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
    for (const [path, entry] of Object.entries(wanted)) {
      if (path === '') continue;
      const found = installed[path];
      if (!found && !entry.optional) return false;
      if (found && (found.version !== entry.version || found.integrity !== entry.integrity)) return false;
    }
    if (Object.keys(installed).some((path) => !wanted[path])) return false;
  } catch {
    return false;
  }
  stampPackages(hash);
  return true;
}
