/** What the benchmark's main process and its clients say to each other. Connecting is apart from running: only running is timed. */

export interface Connect {
  readonly type: 'connect';
  readonly port: number;
  readonly dropId: string;
  readonly tokens: readonly string[];
  /** Distinguishes the request ids of this round from all others; 6 characters. */
  readonly round: string;
}

export interface ConnectHttp extends Connect {
  /** Each sends its next request when the last one is answered; every request is another user's. */
  readonly connections: number;
}

export interface ConnectSocket extends Connect {
  /** Claims to send in all, over one socket per token. */
  readonly claims: number;
  /** Whether the sockets watch the drop. */
  readonly watch: boolean;
}

export interface Run {
  readonly type: 'run';
}

export interface Ready {
  readonly type: 'ready';
}

export interface Result {
  readonly type: 'result';
  readonly answered: number;
  readonly durationMs: number;
  readonly clientCpuMs: number;
  /** How often each status (HTTP) or each kind of message (WebSocket) came back. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Clients report a failure by ending with it; the main process then sees their exit. */
export function failClient(reason: string): never {
  process.stderr.write(`benchmark client: ${reason}\n`);
  process.exit(1);
}
