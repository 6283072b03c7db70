/** A process and all that came from it, by what the system says of every process. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface ProcessState {
  readonly id: number;
  readonly parentId: number;
  readonly hasEnded: boolean;
}

/** Parents come before their children; empty when there is no such process. */
export function processTree(rootId: number): number[] {
  const all = runningProcesses();
  const tree = all.some(({ id }) => id === rootId) ? [rootId] : [];
  // The list grows while it is walked, until nobody in it has more children.
  for (const parent of tree) tree.push(...all.filter(({ parentId }) => parentId === parent).map(({ id }) => id));
  return tree;
}

export function isRunning(id: number): boolean {
  return runningProcesses().some((process) => process.id === id);
}

/** Without those that have ended and only wait for their parent to take notice. */
function runningProcesses(): ProcessState[] {
  const states = existsSync('/proc/self/stat') ? readProc() : askPs();
  return states.filter(({ hasEnded }) => !hasEnded);
}

function readProc(): ProcessState[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // After the name, which stands in parentheses and may hold anything: the state and the parent.
        const [state, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ id: Number(name), parentId: Number(parentId), hasEnded: state === 'Z' || state === 'X' }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

function askPs(): ProcessState[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return rows.map((row) => {
    const [id, parentId, state] = row.trim().split(/\s+/);
    return { id: Number(id), parentId: Number(parentId), hasEnded: state?.startsWith('Z') ?? false };
  });
}
