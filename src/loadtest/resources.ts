/** What the server uses, as it tells on `GET /metrics`, sampled once a second while it works. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface ResourceSample {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

export interface ResourceUse {
  /** CPU seconds spent between the first and the last sample. */
  readonly cpuSeconds: number;
  readonly residentBytesBefore: number;
  readonly residentBytesAfter: number;
  /** The highest of the samples, one a second: a shorter peak may be higher. */
  readonly residentBytesPeak: number;
}

const sampleEveryMs = 1000;

/** Reads the two figures out of the Prometheus text format; `undefined` when one is missing. */
export function parseMetrics(text: string): ResourceSample | undefined {
  const read = (name: string): number => {
    const match = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text);
    return match === null ? Number.NaN : Number(match[1]);
  };
  const sample = {
    cpuSeconds: read('process_cpu_seconds_total'),
    residentBytes: read('process_resident_memory_bytes'),
  };
  return Number.isNaN(sample.cpuSeconds + sample.residentBytes) ? undefined : sample;
}

/** What was used over the samples, or `null` for fewer than two. A counter that fell belongs to a restarted process, which began at zero. */
export function sumUse(samples: readonly ResourceSample[]): ResourceUse | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  let cpuSeconds = 0;
  let before = first.cpuSeconds;
  for (const sample of samples) {
    cpuSeconds += sample.cpuSeconds >= before ? sample.cpuSeconds - before : sample.cpuSeconds;
    before = sample.cpuSeconds;
  }
  return {
    cpuSeconds,
    residentBytesBefore: first.residentBytes,
    residentBytesAfter: last.residentBytes,
    residentBytesPeak: Math.max(...samples.map((sample) => sample.residentBytes)),
  };
}

/** Several processes together, or `null` when one is not known. Their peaks need not have come at the same moment: together they are the most that it can have been. */
export function addUses(uses: readonly (ResourceUse | null)[]): ResourceUse | null {
  let sum: ResourceUse = { cpuSeconds: 0, residentBytesBefore: 0, residentBytesAfter: 0, residentBytesPeak: 0 };
  for (const use of uses) {
    if (use === null) return null;
    sum = {
      cpuSeconds: sum.cpuSeconds + use.cpuSeconds,
      residentBytesBefore: sum.residentBytesBefore + use.residentBytesBefore,
      residentBytesAfter: sum.residentBytesAfter + use.residentBytesAfter,
      residentBytesPeak: sum.residentBytesPeak + use.residentBytesPeak,
    };
  }
  return sum;
}

export class ResourceSampler {
  readonly #url: URL;
  readonly #samples: ResourceSample[] = [];
  readonly #stop = new AbortController();
  #sampling: Promise<void> = Promise.resolve();

  constructor(url: URL) {
    this.#url = new URL('/metrics', url);
  }

  /** Takes the first sample, then one each second. */
  async start(): Promise<void> {
    await this.#sample();
    this.#sampling = this.#sampleOnAndOn();
  }

  /** Takes the last sample. `null` when the server tells no figures. */
  async finish(): Promise<ResourceUse | null> {
    this.#stop.abort();
    await this.#sampling;
    await this.#sample();
    return sumUse(this.#samples);
  }

  /** Stops without a last sample. */
  abandon(): void {
    this.#stop.abort();
  }

  async #sampleOnAndOn(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await sleep(sampleEveryMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      if (!this.#stop.signal.aborted) await this.#sample();
    }
  }

  async #sample(): Promise<void> {
    const text = await fetch(this.#url)
      .then((response) => response.text())
      .catch(() => '');
    const sample = parseMetrics(text);
    if (sample !== undefined) this.#samples.push(sample);
  }
}
