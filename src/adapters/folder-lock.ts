/**
 * Keeps a second process out of a folder, by a file that names the first: its process id and, where the system tells, when it started. A file left
 * by a process that is gone (kill -9, a power cut, a container made anew) is taken over, also when its id belongs to somebody else by now.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'process-id';

/** Makes the folder if it is missing. Returns what gives it back. Throws, with the remedy, while another process has it. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, FILE);
  const mine = nameOf(process.pid) ?? String(process.pid);
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 0) throw error;
    }
    const owner = readFileSync(file, 'utf8');
    if (owner !== mine && isRunning(owner)) {
      const id = owner.split(' ', 1)[0];
      throw new Error(
        `${folder} is in use by process ${id}. Stop that process, or set DATA_DIR to another folder. If process ${id} is not Doorbuster, delete ${file}.`,
      );
    }
    rmSync(file, { force: true });
  }
}

/** The process id and its start, or undefined for a process that is gone (or only waits to be buried), or where the system does not tell. */
function nameOf(processId: number): string | undefined {
  try {
    // Linux: "<id> (<command>) <state> … <start, the 22nd field>"; the command may contain anything, so fields are counted from its end.
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    const [state = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? undefined : `${processId} ${rest[18]}`;
  } catch {
    return undefined;
  }
}

function isRunning(owner: string): boolean {
  const processId = Number(owner.split(' ', 1)[0]);
  if (!Number.isInteger(processId) || processId <= 0) return false;
  if (process.platform === 'linux') return nameOf(processId) === owner;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
