/** Figures for Prometheus at /metrics. What is counted on the claim's way is a plain number there; it becomes a metric only when somebody asks. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BreakerState } from '../fleet/breaker.ts';
import { watchProcess } from './process-metrics.ts';
import type { ProcessLoad } from './processes.ts';

export interface MetricSources {
  /** Answers to claims so far, by outcome or fault. */
  readonly claims: () => ReadonlyMap<string, number>;
  readonly load: () => Omit<ProcessLoad, 'lag'>;
}

const BREAKER_VALUES = { closed: 0, half_open: 0.5, open: 1 } as const;

export class Metrics {
  readonly registry = new Registry();
  readonly #batchSeconds: Histogram;
  readonly #batchClaims: Histogram;
  readonly #batchFailures: Counter;
  readonly #breakers: Gauge;
  readonly #breaks: Counter;
  readonly #fencedOff: Counter;
  readonly #relayed: Counter;
  readonly #mismatches: Gauge;
  readonly #expired: Counter;

  constructor() {
    watchProcess(this.registry);
    const registers = [this.registry];
    this.#batchSeconds = new Histogram({
      name: 'doorbuster_batch_seconds',
      help: 'Time from handing a batch to the ledger until its commit is known',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    this.#batchClaims = new Histogram({
      name: 'doorbuster_batch_claims',
      help: 'Claims per batch',
      buckets: [1, 4, 16, 64, 256, 1024, 4096],
      registers,
    });
    this.#batchFailures = new Counter({
      name: 'doorbuster_batch_failures_total',
      help: 'Batches that the ledger did not answer',
      registers,
    });
    this.#breakers = new Gauge({
      name: 'doorbuster_breaker_state',
      help: 'What stands before each part: 0 closed (it works), 0.5 half-open, 1 open',
      labelNames: ['part'],
      registers,
    });
    this.#breaks = new Counter({
      name: 'doorbuster_breaks_total',
      help: 'How often each breaker opened',
      labelNames: ['part'],
      registers,
    });
    this.#fencedOff = new Counter({
      name: 'doorbuster_fenced_off_total',
      help: 'Late writes that were refused: by the position of the queue, or by a job’s fencing number',
      labelNames: ['what'],
      registers,
    });
    this.#relayed = new Counter({
      name: 'doorbuster_relayed_entries_total',
      help: 'Log entries put into the topic ledger',
      registers,
    });
    this.#expired = new Counter({
      name: 'doorbuster_expired_grants_total',
      help: 'Coupons and slots that time has ended',
      registers,
    });
    this.#mismatches = new Gauge({
      name: 'doorbuster_ledger_mismatches',
      help: 'Drops whose counters, claims, grants and log do not tell the same; anything but 0 is an alarm',
      registers,
    });
  }

  decided(claims: number, seconds: number): void {
    this.#batchClaims.observe(claims);
    this.#batchSeconds.observe(seconds);
  }

  failed(): void {
    this.#batchFailures.inc();
  }

  /** A breaker's state changed. */
  breakerChanged(part: string, state: BreakerState): void {
    this.#breakers.set({ part }, BREAKER_VALUES[state]);
    if (state === 'open') this.#breaks.inc({ part });
  }

  fencedOff(what: string): void {
    this.#fencedOff.inc({ what });
  }

  relayed(entries: number): void {
    this.#relayed.inc(entries);
  }

  expired(grants: number): void {
    this.#expired.inc(grants);
  }

  mismatches(count: number): void {
    this.#mismatches.set(count);
  }

  /** `lag`: records that wait in the queue of claims, by partition. `hearing`: whether the news of other processes are heard. */
  watchFleet({ lag, hearing }: { lag: () => ReadonlyMap<number, number>; hearing: () => boolean }): void {
    new Gauge({
      name: 'doorbuster_intake_lag_records',
      help: 'Records that wait in the topic of claims, by partition',
      labelNames: ['partition'],
      registers: [this.registry],
      collect() {
        for (const [partition, records] of lag()) this.set({ partition }, records);
      },
    });
    this.#gauge('doorbuster_hearing', '1 while the news of other processes are heard', () => (hearing() ? 1 : 0));
  }

  watch(sources: MetricSources): void {
    new Gauge({
      name: 'doorbuster_claims_total',
      help: 'Answers to claims, by outcome or fault',
      labelNames: ['answer'],
      registers: [this.registry],
      collect() {
        for (const [answer, count] of sources.claims()) this.set({ answer }, count);
      },
    });
    this.#gauge(
      'doorbuster_claims_waiting',
      'Claims that wait for the ledger or are being decided',
      () => sources.load().claimsWaiting,
    );
    this.#gauge('doorbuster_sockets', 'Open sockets', () => sources.load().sockets);
    this.#gauge('doorbuster_people', 'Accounts with an open socket', () => sources.load().people);
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
