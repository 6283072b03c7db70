/** A baseline in a process of its own, for benchmarks, fault schedules and tests. The servers that it needs are the caller's. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nextMessage, startNode, stopProcess } from '../processes.ts';
import type { BaselineName } from './design.ts';
import type { Holdings } from './tables.ts';

export interface BaselineOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The core to run on; undefined: any. */
  readonly core?: number;
  /** The same again for one that comes back; by default any that is free. */
  readonly port?: number;
}

export interface Baseline {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Returns the id. */
  createDrop(stock: number, perUserLimit: number): Promise<string>;
  /** What the database holds, as soon as all that was told has been written. Throws when that takes too long. */
  settledHoldings(dropId: string): Promise<Holdings>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const SETTLED_WITHIN_MS = 30_000;
const POLL_INTERVAL_MS = 50;

/** With its usual settings: snapshots, no append-only file. For `settings` of startRedis, beside `durable: false`. */
export const USUAL_REDIS_SETTINGS = { save: '3600 1 300 100 60 10000' } as const;

export async function startBaseline(name: BaselineName, options: BaselineOptions): Promise<Baseline> {
  const { databaseUrl, redisUrl, core, port: wantedPort = 0 } = options;
  const child = startNode(MAIN, [name, '--port', String(wantedPort)], {
    core,
    environment: { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
  });
  const { port } = await nextMessage<{ port: number }>(child);
  const url = `http://127.0.0.1:${port}`;
  return {
    port,
    url,
    process: child,
    async createDrop(stock, perUserLimit) {
      const body = JSON.stringify({ stock, perUserLimit });
      return (await call<{ id: string }>(`${url}/v1/baseline/drops`, { method: 'POST', body })).id;
    },
    async settledHoldings(dropId) {
      const deadline = performance.now() + SETTLED_WITHIN_MS;
      for (;;) {
        // After a fault its connections may still be coming back.
        const found = await call<Holdings & { unwritten: number }>(`${url}/v1/baseline/drops/${dropId}`, {}).catch(
          (error: Error) => error,
        );
        if (!(found instanceof Error) && found.unwritten === 0) return found;
        if (performance.now() > deadline)
          throw new Error(`${name} has not written everything in time`, { cause: found });
        await pause(POLL_INTERVAL_MS);
      }
    },
    stop: () => stopProcess(child),
  };
}

async function call<Answer>(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
