/** A user who may do nothing else on this machine, for servers that need not, or must not, run as root. */
import { execFileSync } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';

/** As whom a process runs; empty: as ourselves. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Root becomes the first of these users that there is; everyone else stays who they are. */
export function unprivilegedOwner(...names: readonly string[]): Owner {
  if (process.getuid?.() !== 0) return {};
  for (const name of names) {
    try {
      const [uid, gid] = ['-u', '-g'].map((what) =>
        Number(execFileSync('id', [what, name], { encoding: 'utf8', stdio: 'pipe' })),
      );
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // No such user on this machine.
    }
  }
  throw new Error(`a server that must not run as root needs one of these users: ${names.join(', ')}`);
}

export function giveTo(owner: Owner, path: string): void {
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(path, owner.uid, owner.gid);
}

/** A file that only the owner can read. */
export function writePrivateFile(path: string, text: string, owner: Owner): void {
  writeFileSync(path, text, { mode: 0o600 });
  giveTo(owner, path);
}
