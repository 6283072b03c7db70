import { spawn } from 'node:child_process';

/** By a shell, without its words: resolves when it has ended. */
export function runCommand(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`--restart ended with ${code}`))));
  });
}
