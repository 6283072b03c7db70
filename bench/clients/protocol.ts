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
  /** From the sending of each request to its answer. Over HTTP only. */
  readonly latency?: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
}

export interface ConnectWatchers {
  readonly type: 'connect-watchers';
  readonly url: string;
  readonly watcherTokens: readonly string[];
  readonly proberTokens: readonly string[];
}

/** A live view of the drop, as one socket got it. */
export interface Frame {
  readonly socket: number;
  /** By the wall clock, as all times here. */
  readonly receivedAtMs: number;
  /** Units in somebody's hands. */
  readonly granted: number;
}

/** A press whose answer was waited for. */
export interface Probe {
  readonly sentAtMs: number;
  /** 0: never. */
  readonly answeredAtMs: number;
  readonly arrival: number;
  /** What it was told instead of an outcome. */
  readonly fault?: string;
}

export interface Watched {
  readonly type: 'watched';
  readonly frames: readonly Frame[];
  readonly probes: readonly Probe[];
}

/** Clients report a failure by ending with it; the main process then sees their exit. */
export function failClient(reason: string): never {
  process.stderr.write(`benchmark client: ${reason}\n`);
  process.exit(1);
}
