/**
 * The process's own figures, under the names that dashboards know. Chosen one by one: the usual default set also lists every open handle and file, which
 * takes milliseconds of the event loop with ten thousand sockets.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

export function watchProcess(registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of this process, all threads, user and system',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / MICROSECONDS);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory that this process holds in RAM',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'Used part of the main thread’s heap',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When this process started, in seconds since 1970',
    registers,
  }).set(Math.round(performance.timeOrigin / 1000));
  watchEventLoop(registry);
}

/** Each scrape tells of the time since the one before. */
function watchEventLoop(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const quantiles = { '0.5': 50, '0.99': 99, '1': 100 };
  new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How late the event loop was, by quantile, since the last scrape',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      for (const [quantile, percentile] of Object.entries(quantiles))
        this.set({ quantile }, delay.percentile(percentile) / NANOSECONDS);
      delay.reset();
    },
  });
}
