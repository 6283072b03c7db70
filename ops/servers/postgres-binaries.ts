/** Where PostgreSQL's programs are on this machine, 15 or newer. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { preventDefaultCluster } from './packages.ts';
import { findOrInstall, outputOf } from './programs.ts';

const MAJOR_MIN = 15;
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** The folder with `postgres` and `initdb`, the newest there is; installed where that is allowed (see packages.ts); undefined if there is none. */
export function findPostgresBinaries(): string | undefined {
  return findOrInstall(findInstalled, ['postgresql'], preventDefaultCluster);
}

function findInstalled(): string | undefined {
  const folders = [
    ...debianFolders(),
    ...(process.env['PATH'] ?? '').split(delimiter),
    outputOf('pg_config', '--bindir'),
  ];
  const candidates = folders
    .filter((folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
    .map((folder) => ({ folder, major: majorVersion(folder) }))
    .filter(({ major }) => major >= MAJOR_MIN)
    .sort((a, b) => b.major - a.major);
  return candidates[0]?.folder;
}

function debianFolders(): string[] {
  return existsSync(DEBIAN_FOLDER)
    ? readdirSync(DEBIAN_FOLDER).map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    : [];
}

function majorVersion(folder: string): number {
  return Number.parseInt(/ (\d+)/.exec(outputOf(join(folder, 'postgres'), '--version'))?.[1] ?? '0', 10);
}
