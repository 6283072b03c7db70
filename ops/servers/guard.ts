/**
 * Nothing that we start may outlive us. A guard is a small shell that waits for the end of our pipe to it. The pipe ends when we close it, and also when we are killed
 * in any way; then the guard tidies up and ends, too.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Guard {
  /** Has it tidy up now; resolves when it has. */
  end(): Promise<void>;
}

/** `tidyUp` is a shell script, which gets the arguments as $1, $2 … */
export function startGuard(tidyUp: string, ...scriptArguments: readonly string[]): Guard {
  // Ctrl-C reaches all processes of a terminal, and the guard must be the last of them.
  const script = `trap '' INT TERM HUP\ncat > /dev/null\n${tidyUp}`;
  const guard = spawn('sh', ['-c', script, 'guard', ...scriptArguments], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // It must not keep this process from ending: its pipe ends with us.
  guard.unref();
  return {
    async end() {
      if (guard.exitCode !== null) return;
      const exited = once(guard, 'exit');
      guard.ref();
      guard.stdin?.end();
      await exited;
    },
  };
}
