/**
 * The Node.js that the project runs on. Its binary comes as one package per platform, of which npm installs the one that fits, with a `node`
 * command; npm puts node_modules/.bin first on PATH, so every npm script finds it before the machine's own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

const isWindows = process.platform === 'win32';

function pins() {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(optionalDependencies).filter(([name]) => /^node-(bin-)?(darwin|linux|win)-/.test(name));
}

/** The path of the pinned binary, undefined if no package with one is installed. */
export function pinnedNodePath() {
  for (const [name] of pins()) {
    const path = join(root, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node');
    if (existsSync(path)) return path;
  }
  return undefined;
}

/** What is wrong, in words for the person at the keyboard; undefined if nothing is. `execute` also starts the binary (some 30 ms). */
export function pinnedNodeProblem({ execute }) {
  const version = pins()[0]?.[1];
  const path = pinnedNodePath();
  if (path && existsSync(join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node'))) {
    if (!execute) return undefined;
    try {
      if (execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() === `v${version}`) return undefined;
    } catch {
      // It is there and cannot run: made for another C library, for example. The advice below fits.
    }
  }
  // Who brings the same major version along does not need the binary.
  if (process.versions.node.split('.')[0] === version?.split('.')[0]) return undefined;
  return [
    `Doorbuster runs on Node.js ${version}, and npm could not install a binary of it that runs on this platform (${process.platform} ${process.arch}).`,
    'There are binaries for Linux with glibc and for macOS, both x64 and arm64. On Windows use WSL.',
    `On one of these: remove \`omit=optional\` from npm's configuration, delete node_modules and repeat the command.`,
    `Elsewhere: install Node.js ${version?.split('.')[0]} yourself and repeat the command with it.`,
  ].join('\n');
}
