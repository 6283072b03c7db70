/**
 * Keeps a second process out of a folder, also one in another container that shares it: the holder listens on a Unix socket in the folder, and whoever finds the
 * socket knocks. An answer means that the holder lives; the kernel answers for a dead one (kill -9, a power cut) with a refusal, and the folder is taken over.
 * Process ids would not do: they mean something only within one container, and are used again.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';

const FILE = 'lock';
/** Of those that take over from a dead holder at the same instant the last one stays; the others see that after this time, and give way. */
const SETTLE_MS = 50;

/** Makes the folder if it is missing. Resolves with what gives it back. Rejects, with the remedy, while another process has it. */
export async function lockFolder(folder: string): Promise<() => void> {
  mkdirSync(folder, { recursive: true });
  // The path of a Unix socket has at most some 100 characters; through the open folder it is short, wherever the folder is.
  const descriptor = process.platform === 'linux' ? openSync(folder, 'r') : undefined;
  const base = descriptor === undefined ? folder : `/proc/self/fd/${descriptor}`;
  const lock = join(base, FILE);
  // Closing a server removes the path that it listens on. So each listens on a path of its own, and the lock is a second name for one of them.
  const own = join(base, `${FILE}-${randomBytes(6).toString('hex')}`);
  const server = await listen(own);
  const giveUp = (): void => {
    server.close();
    if (descriptor !== undefined) closeSync(descriptor);
  };
  try {
    await take(folder, own, lock);
    removeOthers(folder, own);
  } catch (error) {
    giveUp();
    throw error;
  }
  return () => {
    rmSync(lock, { force: true });
    giveUp();
  };
}

async function take(folder: string, own: string, lock: string): Promise<void> {
  try {
    linkSync(own, lock);
    return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Whoever holds the lock has just swept away the names of the others.
    if (code === 'ENOENT') throw inUse(folder, 'that started just now');
    if (code !== 'EEXIST') throw error;
  }
  const holder = await knock(lock);
  if (holder !== undefined) throw inUse(folder, holder);
  linkSync(own, `${own}-next`);
  renameSync(`${own}-next`, lock);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  if (statSync(lock, { throwIfNoEntry: false })?.ino !== statSync(own).ino)
    throw inUse(folder, 'that started just now');
}

/** What killed holders have left. */
function removeOthers(folder: string, own: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${FILE}-`) && name !== basename(own)) rmSync(join(folder, name), { force: true });
  }
}

function inUse(folder: string, holder: string): Error {
  return new Error(`${folder} is in use by process ${holder}. Stop that process, or set DATA_DIR to another folder.`);
}

/** The process id of a living holder, as its own container knows it, or undefined when nobody answers. */
function knock(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = createConnection(address);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => resolve(undefined));
    socket.on('end', () => resolve(answer));
  });
}

function listen(address: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The lock alone does not keep the process running.
    server.listen(address, () => resolve(server.unref()));
  });
}
