/** What all servers that we start ourselves have in common, whether they run as processes of this machine or in Docker. */

/** SIGKILL is a crash. SIGTERM and SIGINT ask; what a server makes of them is its own affair: see where it is started. */
export type EndSignal = 'SIGKILL' | 'SIGTERM' | 'SIGINT';

export interface LocalServer {
  readonly url: string;
  /** Ends it for good and deletes its data. It also ends when this process does, in whatever way. */
  stop(): Promise<void>;
  /** Resolves when no process of it is left. Its port and its data stay. */
  kill(signal: EndSignal): Promise<void>;
  /** After `kill`: again, on the same port and data. Resolves when it answers. */
  start(): Promise<void>;
  /** Freezes it as it is (SIGSTOP): connections stay open, and nobody answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** All its processes, of which /proc tells the CPU time; none while it is down. */
  processIds(): number[];
}

export interface ServerOptions {
  /** Whether what is acknowledged has reached the disk, as in production. Tests don't pull the plug, and are faster without. */
  readonly durable: boolean;
  /** Further settings, by the names of the server's own configuration file. */
  readonly settings?: Readonly<Record<string, string>>;
}

export const START_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 20;

/** Asks again and again; false when the answer has not become yes in time. */
export async function becomesTrue(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  return true;
}
