/**
 * How each process of the fleet does, said by itself into a table that all of them read: once a second while something happens, and every five seconds when nothing does. Who has not been heard for ten
 * seconds does not count; who ends in order takes its row away.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Queryable } from '../database/database.ts';

const LOOK_EVERY_MS = 1_000;
const SAY_EVERY_MS = 5_000;
const LOOP_RESOLUTION_MS = 20;
/** A change that is worth a line at once. */
const WORTH_SAYING = { share: 0.1, cpuShare: 0.2, lateMs: 20 } as const;

/** What moves. */
export interface ProcessLoad {
  readonly sockets: number;
  /** Accounts with a socket open. */
  readonly people: number;
  /** For the ledger, in this process. */
  readonly claimsWaiting: number;
  /** Records that wait in the queue of claims; null where there is no queue, or nobody here knows. */
  readonly lag: number | null;
}

interface ProcessFigures extends ProcessLoad {
  /** Of one core, since it was last said. */
  readonly cpuShare: number;
  readonly memoryBytes: number;
  readonly lateMs: number;
}

export interface Process extends ProcessFigures {
  readonly name: string;
  readonly roles: string[];
  readonly startedAt: string;
  readonly seenAt: string;
}

export interface FleetFigures extends ProcessLoad {
  readonly processes: Process[];
}

const SAY = `
  insert into processes (name, roles, started_at, seen_at, sockets, people, claims_waiting, lag, cpu_share, memory_bytes, late_ms)
  values ($1, $2::text[], $3::timestamptz, clock_timestamp(), $4, $5, $6, $7, $8, $9, $10)
  on conflict (name) do update
  set seen_at = excluded.seen_at, sockets = excluded.sockets, people = excluded.people, claims_waiting = excluded.claims_waiting, lag = excluded.lag,
      cpu_share = excluded.cpu_share, memory_bytes = excluded.memory_bytes, late_ms = excluded.late_ms`;

const PRESENT = `
  select name, roles, started_at, seen_at, sockets, people, claims_waiting, lag, cpu_share, memory_bytes, late_ms
  from processes where seen_at > clock_timestamp() - interval '10 seconds' order by started_at, name`;

interface ProcessRow {
  name: string;
  roles: string[];
  started_at: Date;
  seen_at: Date;
  sockets: number;
  people: number;
  claims_waiting: number;
  lag: string | null;
  cpu_share: number;
  memory_bytes: string;
  late_ms: number;
}

/** Those that were heard just now, and all of them together. Whoever has sockets at two gateways counts at both; the lag is of one queue, and the highest that anybody knows. */
export async function fleetFigures(database: Queryable): Promise<FleetFigures> {
  const rows = await database.query<ProcessRow>(PRESENT);
  const processes = rows.map((row) => ({
    name: row.name,
    roles: row.roles,
    startedAt: row.started_at.toISOString(),
    seenAt: row.seen_at.toISOString(),
    sockets: row.sockets,
    people: row.people,
    claimsWaiting: row.claims_waiting,
    lag: row.lag === null ? null : Number(row.lag),
    cpuShare: row.cpu_share,
    memoryBytes: Number(row.memory_bytes),
    lateMs: row.late_ms,
  }));
  const sum = (figure: 'sockets' | 'people' | 'claimsWaiting') =>
    processes.reduce((all, process) => all + process[figure], 0);
  const lags = processes.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  return {
    processes,
    sockets: sum('sockets'),
    people: sum('people'),
    claimsWaiting: sum('claimsWaiting'),
    lag: lags.length === 0 ? null : Math.max(...lags),
  };
}

export interface ProcessReporterParts {
  readonly database: Queryable;
  readonly name: string;
  readonly roles: readonly string[];
  readonly load: () => ProcessLoad;
}

export class ProcessReporter {
  readonly #parts: ProcessReporterParts;
  readonly #startedAt = new Date(performance.timeOrigin);
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  #timer: NodeJS.Timeout | undefined;
  #said: ProcessFigures | undefined;
  #saidAtMs = performance.now();
  #cpu = process.cpuUsage();
  #saying: Promise<void> | undefined;

  constructor(parts: ProcessReporterParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop.enable();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Takes its row away. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#loop.disable();
    await this.#saying;
    await this.#parts.database.query('delete from processes where name = $1', [this.#parts.name]);
  }

  #look(): void {
    if (this.#saying !== undefined) return;
    const nowMs = performance.now();
    const figures = this.#measure(nowMs);
    // A timer is early by a fraction of a millisecond now and then.
    const isTime = nowMs - this.#saidAtMs > SAY_EVERY_MS - LOOK_EVERY_MS / 2;
    if (!isTime && this.#said !== undefined && !differs(this.#said, figures)) return;
    this.#said = figures;
    this.#saidAtMs = nowMs;
    this.#cpu = process.cpuUsage();
    this.#loop.reset();
    this.#saying = this.#say(figures)
      .catch(() => {
        // The database is away, which others notice: this process does not count meanwhile, and says so again next time.
        this.#said = undefined;
      })
      .finally(() => {
        this.#saying = undefined;
      });
  }

  #measure(nowMs: number): ProcessFigures {
    const { user, system } = process.cpuUsage(this.#cpu);
    const passedMs = Math.max(1, nowMs - this.#saidAtMs);
    return {
      ...this.#parts.load(),
      cpuShare: rounded((user + system) / 1000 / passedMs, 3),
      memoryBytes: process.memoryUsage.rss(),
      // It measures from one look to the next, so a loop that is never late shows the time between two looks.
      lateMs: rounded(Math.max(0, this.#loop.percentile(99) / 1e6 - LOOP_RESOLUTION_MS), 1),
    };
  }

  async #say(figures: ProcessFigures): Promise<void> {
    const { name, roles, database } = this.#parts;
    const { sockets, people, claimsWaiting, lag, cpuShare, memoryBytes, lateMs } = figures;
    await database.query(SAY, [
      ...[name, roles, this.#startedAt, sockets, people, claimsWaiting, lag, cpuShare, memoryBytes, lateMs],
    ]);
  }
}

function differs(before: ProcessFigures, now: ProcessFigures): boolean {
  const moved = (a: number, b: number) => Math.abs(a - b) > WORTH_SAYING.share * Math.max(a, b);
  return (
    moved(before.sockets, now.sockets) ||
    moved(before.people, now.people) ||
    before.claimsWaiting !== now.claimsWaiting ||
    before.lag !== now.lag ||
    Math.abs(before.cpuShare - now.cpuShare) > WORTH_SAYING.cpuShare ||
    Math.abs(before.lateMs - now.lateMs) > WORTH_SAYING.lateMs
  );
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
