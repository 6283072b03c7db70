/**
 * One set-up at a time in a checkout. The lock is a folder that holds one file, named after its owner.
 *
 *   take      prepare a folder with the owner's file, rename it to the lock's name: this fails while the lock holds a file, so of several
 *             set-ups exactly one succeeds, and there is no moment at which the lock exists without its owner
 *   hold      touch the owner's file every second
 *   give back delete the owner's file, then the folder
 *   take over from an owner that died: delete the file of *that* owner, then take as above. A new owner's file has another name, so
 *             a slow rescuer cannot take the lock away from a faster one
 *
 * An owner is dead when its process is gone, or when its file was not touched for a minute, as counted by the clock of the one who waits
 * (so a laptop that wakes up does not look like a dead owner).
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const touchEveryMs = 1_000;
const deadAfterMs = 60_000;
const lookEveryMs = 250;

// Keeps the folder out of git, for as long as it exists.
const ignoreFile = '.gitignore';

function pause(durationMs) {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function isRunning(processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it: it runs, as another user.
    return error.code === 'EPERM';
  }
}

/** Fails, harmlessly, while the folder holds an owner. */
function removeUnowned(folder) {
  try {
    if (readdirSync(folder).some((name) => name !== ignoreFile)) return;
    rmSync(join(folder, ignoreFile), { force: true });
    rmdirSync(folder);
  } catch {
    // Someone else was faster.
  }
}

function tryToTake(folder, owner) {
  const prepared = `${folder}.${owner}`;
  mkdirSync(prepared);
  writeFileSync(join(prepared, ignoreFile), '*\n');
  writeFileSync(join(prepared, owner), '');
  removeUnowned(folder);
  try {
    renameSync(prepared, folder);
    return true;
  } catch {
    rmSync(prepared, { recursive: true, force: true });
    return false;
  }
}

/** The owner's file name and when it was touched, or undefined if there is none at this moment. */
function look(folder) {
  try {
    const name = readdirSync(folder).find((entry) => entry !== ignoreFile);
    return name ? { name, touchedAt: statSync(join(folder, name)).mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}

export async function withLock(folder, say, work) {
  const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
  const owner = `${host}.${process.pid}.${randomBytes(6).toString('hex')}`;
  let seen = { name: '', touchedAt: 0, since: 0 };
  while (!tryToTake(folder, owner)) {
    const now = look(folder);
    if (now && (now.name !== seen.name || now.touchedAt !== seen.touchedAt)) {
      if (now.name !== seen.name) say('waiting for another set-up in this folder …');
      seen = { ...now, since: performance.now() };
    }
    if (now) {
      const [ownerHost, ownerProcess] = now.name.split('.');
      const isGone = ownerHost === host && !isRunning(Number(ownerProcess));
      if (isGone || performance.now() - seen.since > deadAfterMs) rmSync(join(folder, now.name), { force: true });
    }
    await pause(lookEveryMs);
  }

  const ownerPath = join(folder, owner);
  const touching = setInterval(() => {
    try {
      utimesSync(ownerPath, new Date(), new Date());
    } catch {
      // Taken over while this process was stopped for a minute. `npm ci` and the build are safe to repeat, so it goes on.
    }
  }, touchEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    rmSync(ownerPath, { force: true });
    removeUnowned(folder);
  }
}
