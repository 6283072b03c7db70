/**
 * What a claim costs, by process: CPU time of all processes of each part while people press at an even rate, less what the same processes use while nobody does.
 *
 *   won                  a unit for every press
 *   refused by the ledger  everybody has their unit after the first second and presses on: limit_reached, written as a sold_out of the ledger's is
 *   sold out at the gate   the units are gone after the first second; the gateway refuses from memory
 *
 * Batches grow with the rate, and a claim gets cheaper: so the win is measured at two rates.
 */
import type { Figure } from '../figure.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { runSteadyLoad, type SteadyRun } from '../fleet/steady-load.ts';
import { withFleet } from '../fleet/with-fleet.ts';
import { problemOf } from '../loadtest.ts';
import { showProgress } from '../progress.ts';
import { median } from '../statistics.ts';

interface Case {
  readonly name: string;
  readonly perSecond: number;
  /** Of how many presses in all. */
  readonly stock: (presses: number) => number;
  /** Units for one person, of how many presses of theirs. */
  readonly limit: (presses: number) => number;
  readonly runs: SteadyRun[];
}

/** So many that everybody presses once in the first second of the slower rate. */
const USERS = 1_000;
const SETTLE_SECONDS = 3;

export function fleetCpuFigures(quick: boolean): Promise<Figure[]> {
  const seconds = quick ? 5 : 15;
  const rounds = quick ? 1 : 3;
  const always = (presses: number): number => 2 * presses;
  const cases: Case[] = [
    { name: 'won', perSecond: 1_000, stock: always, limit: always, runs: [] },
    { name: 'won', perSecond: 3_000, stock: always, limit: always, runs: [] },
    { name: 'refused by the ledger', perSecond: 1_000, stock: always, limit: () => 1, runs: [] },
    { name: 'sold out at the gate', perSecond: 1_000, stock: () => USERS, limit: always, runs: [] },
  ];
  const steps = rounds * cases.length;
  showProgress(0, steps, 'fleet: starting');
  return withFleet(1, async (fleet) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const [number, one] of cases.entries()) {
        showProgress(round * cases.length + number + 1, steps, describe(one));
        one.runs.push(await run(fleet, one, seconds));
      }
    }
    return cases.map(figureOf);
  });
}

function describe({ name, perSecond }: Case): string {
  return `fleet, CPU of a claim, ${name}, ${perSecond.toLocaleString('en-US')}/s`;
}

function run(fleet: Fleet, { perSecond, stock, limit }: Case, seconds: number): Promise<SteadyRun> {
  const presses = perSecond * seconds;
  return runSteadyLoad(fleet, {
    users: USERS,
    stock: stock(presses),
    limit: limit(Math.ceil(presses / USERS)),
    ...{ perSecond, seconds, settleSeconds: SETTLE_SECONDS },
  });
}

function figureOf(one: Case): Figure {
  const { runs } = one;
  const problems = runs.map(({ sale }) => problemOf(sale)).filter((problem) => problem !== '');
  const parts = Object.keys(runs[0]?.usPerClaim ?? {});
  const usOf = (part: string): number => median(runs.map(({ usPerClaim }) => usPerClaim[part] ?? Number.NaN));
  const idleShareOf = (part: string): number =>
    median(runs.map(({ idle }) => (idle.cpuSeconds[part] ?? 0) / idle.seconds));
  const usByPart = Object.fromEntries(parts.map((part) => [part, usOf(part)]));
  const idleShareByPart = Object.fromEntries(parts.map((part) => [part, idleShareOf(part)]));
  const sums = runs.map(({ usPerClaim }) => Object.values(usPerClaim).reduce((sum, us) => sum + us, 0));
  return {
    what: describe(one),
    value: median(sums),
    unit: 'µs',
    remark: `${parts.map((part) => `${part} ${Math.round(usOf(part))}`).join(', ')}; ${problems.join('; ') || 'no errors, clean history'}; ${runs.length} runs`,
    details: { usByPart, idleShareByPart, sums, runs },
  };
}
