/**
 * Who means to press when, decided before the run and never changed by it. A slow answer delays no later press (an open
 * loop), and latency counts from the planned instant, so that a server which stalls cannot hide the wait of those who
 * would have pressed meanwhile.
 */
import { type Random, shuffledNumbers } from './random.ts';

export interface PlannedPress {
  /** Milliseconds after the opening. */
  readonly atMs: number;
  /** Index of the user. */
  readonly user: number;
  /** Which of the user's claims this is, from 0. */
  readonly press: number;
}

/** Everybody at the opening: each user makes `presses` different claims at once, the users in random order. */
export function planAtOnce(users: number, presses: number, random: Random): PlannedPress[] {
  const order = shuffledNumbers(users, random);
  const plan: PlannedPress[] = [];
  for (let press = 0; press < presses; press += 1) {
    for (const user of order) plan.push({ atMs: 0, user, press });
  }
  return plan;
}

export interface RatePlan {
  readonly users: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** `poisson`: as independent people arrive, in random gaps. `even`: one gap for all. */
  readonly arrivals: 'poisson' | 'even';
}

/** Presses in the order of time, from the opening on for `seconds`; users take turns in random order. */
export function planRate({ users, perSecond, seconds, arrivals }: RatePlan, random: Random): PlannedPress[] {
  const order = shuffledNumbers(users, random);
  const gapMs = 1000 / perSecond;
  const plan: PlannedPress[] = [];
  for (let atMs = 0; atMs < seconds * 1000; ) {
    const turn = plan.length;
    plan.push({ atMs, user: order[turn % users] ?? 0, press: Math.floor(turn / users) });
    if (arrivals === 'poisson') atMs += -Math.log(1 - random()) * gapMs;
    else atMs = plan.length * gapMs;
  }
  return plan;
}
