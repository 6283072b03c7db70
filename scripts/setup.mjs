/**
 * Makes a checkout ready to run: installs what package-lock.json names and builds the pages, each only when its inputs changed. npm runs it
 * before `start`, `test`, `cluster`, `loadtest`, `bench` and `chaos`, so that those work in a fresh clone. It is plain JavaScript and needs nothing from
 * node_modules, because it also runs where nothing is installed yet, on any Node.js from version 20.
 *
 *   1. versions   is this npm, and new enough?
 *   2. packages   `npm ci`, unless the stamp in node_modules carries the hash of package-lock.json
 *   3. node       is the pinned Node.js, which everything else runs on, there and able to run?
 *   4. pages      `vite build`, unless its stamp carries the hash of everything under web/
 *
 * When nothing changed it reads a few files, prints nothing and needs no network. Otherwise steps 2 to 4 hold a lock, for another set-up may
 * run at the same time (`npm start` in one terminal, `npm test` in another).
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { withLock } from './setup/lock.mjs';
import { adoptPackages, packagesAreCurrent, packagesHash, stampPackages } from './setup/packages.mjs';
import { pagesAreCurrent, pagesHash, stampPages } from './setup/pages.mjs';
import { pinnedNodePath, pinnedNodeProblem } from './setup/pinned-node.mjs';
import { root } from './setup/root.mjs';
import { versionProblem } from './setup/versions.mjs';

class SetupError extends Error {}

/** The command that the set-up waits for; it gets the signals that the set-up gets. */
let running;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    process.exitCode = 1;
    if (running) running.kill(signal);
    else process.exit();
  });
}

function say(line) {
  console.log(`setup: ${line}`);
}

/** Runs a command quietly; its output is shown only when it fails. */
function run(command, commandArguments, environment) {
  return new Promise((resolve, reject) => {
    const output = [];
    const child = spawn(command, commandArguments, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => reject(new SetupError(`cannot run ${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      running = undefined;
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      reject(new SetupError(signal ? `stopped by ${signal}` : `it ended with exit code ${code}`));
    });
  });
}

async function timed(what, remedy, work) {
  say(`${what} …`);
  const startedAt = performance.now();
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`${what} failed: ${error.message}\n${remedy}`);
  }
  say(`${what} took ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** npm's own script, run by npm's own Node.js: the pinned one is inside the folder that `npm ci` deletes and writes anew. */
function npmCommand() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script && /\.c?js$/.test(script)) return [node || process.execPath, script];
  return process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', 'npm'] : ['npm'];
}

async function installPackages() {
  const hash = packagesHash();
  await timed('installing packages', 'Check that the package registry can be reached and repeat the command.', () => {
    const [command, ...first] = npmCommand();
    const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    return run(command, [...first, 'ci', ...options], process.env);
  });
  stampPackages(hash);
}

async function buildPages() {
  const hash = pagesHash();
  await timed('building the pages', 'Correct what is named above; `npm run build` repeats this step alone.', () =>
    run(
      pinnedNodePath() ?? process.execPath,
      [
        join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
        'build',
        '--config',
        'web/vite.config.ts',
        '--logLevel',
        'warn',
      ],
      // Pages for people are always built as for production, whatever the caller's environment says.
      { ...process.env, NODE_ENV: 'production' },
    ),
  );
  stampPages(hash);
}

async function setUp() {
  const problem = versionProblem();
  if (problem) throw new SetupError(problem);

  const isCurrent = () => packagesAreCurrent() && !pinnedNodeProblem({ execute: false }) && pagesAreCurrent();
  if (isCurrent()) return;

  await withLock(join(root, '.setup.lock'), say, async () => {
    // Another set-up may have done it all while this one waited for the lock.
    if (!packagesAreCurrent() && !adoptPackages()) await installPackages();
    const nodeProblem = pinnedNodeProblem({ execute: true });
    if (nodeProblem) throw new SetupError(nodeProblem);
    if (!pagesAreCurrent()) await buildPages();
  });
}

try {
  await setUp();
} catch (error) {
  console.error(error instanceof SetupError ? `\nsetup: ${error.message}\n` : error);
  process.exitCode = 1;
}
