/** What a job that is done once in a fleet relies on: see src/fleet/lease.ts. */
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { FencedOff, passFence } from '../../src/fleet/fences.ts';
import type { Leases } from '../../src/fleet/lease.ts';

/** Longer than a test. */
const LONG_SECONDS = 60;
const SHORT_SECONDS = 0.25;

export interface LeasesContract {
  readonly database: () => Database;
  /** The leases as another process sees them. */
  readonly open: (leaseSeconds: number) => Leases;
}

export function leasesContract(adapter: string, { database, open }: LeasesContract): void {
  describe(`contract: leases on ${adapter}`, () => {
    let jobs = 0;

    beforeAll(() => migrate(database()));

    function newJob(): string {
      jobs += 1;
      return `job-${jobs}`;
    }

    async function held(leases: Leases, job: string): Promise<number> {
      const number = await leases.hold(job);
      if (number === undefined) throw new Error(`another process holds ${job}`);
      return number;
    }

    const write = (job: string, number: number): Promise<void> =>
      database().transaction((transaction) => passFence(transaction, job, number));

    it('lets one process hold a job, with the same number for as long as it does', async () => {
      const [one, other, job] = [open(LONG_SECONDS), open(LONG_SECONDS), newJob()];
      const number = await held(one, job);
      expect(await other.hold(job)).toBeUndefined();
      expect(await one.hold(job)).toBe(number);
      await write(job, number);
    });

    it('gives the next holder a higher number, and shuts the one before out', async () => {
      const [one, other, job] = [open(LONG_SECONDS), open(LONG_SECONDS), newJob()];
      const number = await held(one, job);
      await one.release(job);
      const next = await held(other, job);
      expect(next).toBeGreaterThan(number);
      expect(await one.hold(job)).toBeUndefined();
      await expect(write(job, number)).rejects.toThrow(FencedOff);
      await write(job, next);
    });

    it('passes to another when its holder sleeps; what that one still writes is refused', async () => {
      const [sleeper, other, job] = [open(SHORT_SECONDS), open(LONG_SECONDS), newJob()];
      const number = await held(sleeper, job);
      await pause(SHORT_SECONDS * 1000 + 50);
      const next = await held(other, job);
      expect(next).toBeGreaterThan(number);
      await expect(write(job, number)).rejects.toThrow(FencedOff);
      expect(await sleeper.hold(job)).toBeUndefined();
    });

    it('is taken anew by a holder that slept alone', async () => {
      const [sleeper, job] = [open(SHORT_SECONDS), newJob()];
      const number = await held(sleeper, job);
      await pause(SHORT_SECONDS * 1000 + 50);
      expect(await held(sleeper, job)).toBeGreaterThan(number);
    });

    it('lasts from the last time that it was held', async () => {
      // Where the machine stood still for as long as the lease lasts, nothing is learned: then with one that lasts longer.
      for (let leaseMs = 400; ; leaseMs *= 2) {
        const [one, other, job] = [open(leaseMs / 1000), open(LONG_SECONDS), newJob()];
        let heldAtMs = performance.now();
        const numbers: (number | undefined)[] = [await one.hold(job)];
        let stoodStillMs = 0;
        for (let time = 0; time < 4; time += 1) {
          await pause(leaseMs / 3);
          const atMs = performance.now();
          numbers.push(await one.hold(job));
          const others = await other.hold(job);
          stoodStillMs = Math.max(stoodStillMs, performance.now() - heldAtMs);
          heldAtMs = atMs;
          if (stoodStillMs < leaseMs) expect(others).toBeUndefined();
        }
        if (stoodStillMs >= leaseMs) continue;
        expect(numbers[0]).toBeGreaterThan(0);
        expect(new Set(numbers).size).toBe(1);
        return;
      }
    });

    it('is given back by its holder alone', async () => {
      const [one, other, job] = [open(LONG_SECONDS), open(LONG_SECONDS), newJob()];
      const number = await held(one, job);
      await other.release(job);
      expect(await other.hold(job)).toBeUndefined();
      await other.release(job);
      expect(await one.hold(job)).toBe(number);
    });

    it('goes to one of many who ask at once', async () => {
      const job = newJob();
      const fleet = Array.from({ length: 8 }, () => open(LONG_SECONDS));
      const numbers = await Promise.all(fleet.map((leases) => leases.hold(job)));
      expect(numbers.filter((number) => number !== undefined)).toHaveLength(1);
    });

    it('numbers each job by itself', async () => {
      const [leases, job] = [open(LONG_SECONDS), newJob()];
      const number = await held(leases, job);
      await held(leases, newJob());
      expect(await leases.hold(job)).toBe(number);
    });
  });
}
