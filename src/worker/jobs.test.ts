import { describe, expect, it } from 'vitest';
import { FencedOff } from '../fleet/fences.ts';
import type { Leases } from '../fleet/lease.ts';
import { type Job, Jobs, type SharedJob } from './jobs.ts';

/** One lease for all, held by whoever comes first. */
function leasesOf(name: string, held: { by: string | undefined; number: number }): Leases {
  return {
    async hold() {
      if (held.by === undefined) {
        held.by = name;
        held.number += 1;
      }
      return held.by === name ? held.number : undefined;
    },
    async release() {
      if (held.by === name) held.by = undefined;
    },
  };
}

const rounds = (count: () => number, atLeast: number) => expect.poll(count).toBeGreaterThanOrEqual(atLeast);

describe('jobs', () => {
  const silent = { onFailed() {}, onFencedOff() {} };

  it('are done by one worker at a time, and by the next when that one stops', async () => {
    const held = { by: undefined, number: 0 };
    const done: string[] = [];
    const worker = (name: string) => {
      const run = async (fence: number) => void done.push(`${name} ${fence}`);
      const job: Job = { name: 'job', everyMs: 5, run };
      return new Jobs({ ...silent, leases: leasesOf(name, held), jobs: [job] });
    };
    const [one, other] = [worker('one'), worker('other')];
    one.start();
    await rounds(() => done.length, 1);
    other.start();
    await rounds(() => done.length, 5);
    expect(new Set(done)).toEqual(new Set(['one 1']));
    await one.stop();
    await rounds(() => done.filter((each) => each === 'other 2').length, 2);
    await other.stop();
    const after = done.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(done).toHaveLength(after);
  });

  it('go on after a failure, and ask anew when they were fenced off', async () => {
    const failed: string[] = [];
    let fencedOff = 0;
    const numbers: number[] = [];
    const held = { by: undefined, number: 0 };
    const run = async (fence: number) => {
      numbers.push(fence);
      if (numbers.length === 1) throw new Error('a hiccup');
      if (numbers.length === 2) throw new FencedOff('job', fence);
    };
    const jobs = new Jobs({
      leases: leasesOf('one', held),
      jobs: [{ name: 'job', everyMs: 5, run }],
      onFailed: (job, error) => failed.push(`${job}: ${(error as Error).message}`),
      onFencedOff() {
        fencedOff += 1;
      },
    });
    jobs.start();
    await rounds(() => numbers.length, 3);
    await jobs.stop();
    expect([failed, fencedOff, numbers.slice(0, 3)]).toEqual([['job: a hiccup'], 1, [1, 1, 2]]);
  });

  it('finish their round before they stop', async () => {
    let finished = false;
    let begun = false;
    const run = async () => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
      finished = true;
    };
    const jobs = new Jobs({
      ...{ ...silent, leases: leasesOf('one', { by: undefined, number: 0 }) },
      jobs: [{ name: 'job', everyMs: 1, run }],
    });
    jobs.start();
    await expect.poll(() => begun).toBe(true);
    await jobs.stop();
    expect(finished).toBe(true);
  });

  it('hear of a stop in the middle of a round, when they are done by all', async () => {
    let rounds = 0;
    const job: SharedJob = {
      ...{ name: 'job', everyMs: 1, shared: true },
      async run(stopping) {
        rounds += 1;
        await new Promise((resolve) => stopping?.addEventListener('abort', resolve));
      },
    };
    const jobs = new Jobs({ ...{ ...silent, leases: leasesOf('one', { by: undefined, number: 0 }) }, jobs: [job] });
    jobs.start();
    await expect.poll(() => rounds).toBe(1);
    await jobs.stop();
    expect(rounds).toBe(1);
  });
});
