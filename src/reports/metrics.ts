/** Figures for Prometheus at /metrics. What is counted on the claim's way is a plain number there; it becomes a metric only when somebody asks. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { watchProcess } from './process-metrics.ts';

export interface MetricSources {
  /** Answers to claims so far, by outcome or fault. */
  readonly claims: () => ReadonlyMap<string, number>;
  readonly queueDepth: () => number;
  readonly sockets: () => number;
}

export class Metrics {
  readonly registry = new Registry();
  readonly #batchSeconds: Histogram;
  readonly #batchClaims: Histogram;
  readonly #batchFailures: Counter;

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
  }

  decided(claims: number, seconds: number): void {
    this.#batchClaims.observe(claims);
    this.#batchSeconds.observe(seconds);
  }

  failed(): void {
    this.#batchFailures.inc();
  }

  watch(sources: MetricSources): void {
    const registers = [this.registry];
    new Gauge({
      name: 'doorbuster_claims_total',
      help: 'Answers to claims, by outcome or fault',
      labelNames: ['answer'],
      registers,
      collect() {
        for (const [answer, count] of sources.claims()) this.set({ answer }, count);
      },
    });
    gauge('doorbuster_claims_waiting', 'Claims that wait for the ledger or are being decided', sources.queueDepth);
    gauge('doorbuster_sockets', 'Open sockets', sources.sockets);

    function gauge(name: string, help: string, read: () => number): void {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    }
  }
}
