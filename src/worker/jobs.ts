/**
 * Jobs of which a fleet does each one at a time: every worker asks for each job's lease at its hour, and whoever has it does the job.
 *
 *   waiting ──the hour──> asking ──the lease is another's──> waiting
 *      ▲                    └──held, with its fencing number──> working ──done, or failed (and logged)──┐
 *      └──────────────────────────────────────────────────────────────────────────────────────────────┘
 *
 * A shared job has no lease: every worker does it at its hour.
 *
 * A stop lets rounds under way come to their end; long ones hear of it, and end early.
 *
 * A round that takes longer than a lease, or a worker that was paused in the middle of one, is fenced off when another has taken over.
 */
import { FencedOff } from '../fleet/fences.ts';
import { LEASE_SECONDS, type Leases } from '../fleet/lease.ts';

/** A lease that was held this lately is not asked for again: a job that looks ten times a second would otherwise write ten times a second that it is still there. */
const HELD_FRESH_MS = (LEASE_SECONDS * 1000) / 4;

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** Does one round. Writes only what passes the fence with this number. */
  run(fence: number): Promise<void>;
  /** The job is another worker's now: what this one last said of it is out of date. */
  lost?(): void;
}

/** A job that all workers do at the same time: what each does is kept apart by locks on rows (`for update skip locked`). None waits for the lease of one that has died. */
export interface SharedJob {
  readonly name: string;
  readonly everyMs: number;
  readonly shared: true;
  /** Does one round; once `stopping` is aborted it begins nothing more, and ends with what is under way. */
  run(stopping?: AbortSignal): Promise<void>;
}

export interface JobsParts {
  readonly leases: Leases;
  readonly jobs: readonly (Job | SharedJob)[];
  readonly onFailed: (job: string, error: unknown) => void;
  readonly onFencedOff: (job: string) => void;
}

export class Jobs {
  readonly #parts: JobsParts;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  readonly #held = new Map<string, { readonly fence: number; readonly atMs: number }>();
  readonly #stopping = new AbortController();

  constructor(parts: JobsParts) {
    this.#parts = parts;
  }

  start(): void {
    for (const job of this.#parts.jobs) this.#schedule(job);
  }

  /** Resolves when the rounds under way are done and the leases are given back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
    const leased = this.#parts.jobs.filter((job) => !('shared' in job));
    await Promise.allSettled(leased.map(({ name }) => this.#parts.leases.release(name)));
  }

  #schedule(job: Job | SharedJob): void {
    if (this.#stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      const round = this.#round(job).finally(() => {
        this.#running.delete(round);
        this.#schedule(job);
      });
      this.#running.add(round);
    }, job.everyMs);
    this.#timers.set(job.name, timer.unref());
  }

  async #round(job: Job | SharedJob): Promise<void> {
    try {
      if ('shared' in job) return await job.run(this.#stopping.signal);
      const fence = await this.#hold(job.name);
      if (fence !== undefined) await job.run(fence);
      else job.lost?.();
    } catch (error) {
      this.#held.delete(job.name);
      if (error instanceof FencedOff) {
        this.#parts.onFencedOff(job.name);
        // So that it asks anew, and gets a number of its own if nobody else has.
        await this.#parts.leases.release(job.name).catch(() => {});
      } else this.#parts.onFailed(job.name, error);
    }
  }

  async #hold(job: string): Promise<number | undefined> {
    const held = this.#held.get(job);
    if (held !== undefined && performance.now() - held.atMs < HELD_FRESH_MS) return held.fence;
    const atMs = performance.now();
    const fence = await this.#parts.leases.hold(job);
    if (fence === undefined) this.#held.delete(job);
    else this.#held.set(job, { fence, atMs });
    return fence;
  }
}
