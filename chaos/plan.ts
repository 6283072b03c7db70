/** A sale and its faults, decided by the seed alone before anything happens: the same seed plays the same schedule. */
import { type Random, seededRandom, shuffledNumbers } from '../src/loadtest/random.ts';
import type { Scenario } from './scenarios.ts';

export interface PlannedPress {
  /** Milliseconds after the opening; a few come too early. */
  readonly atMs: number;
  readonly user: number;
  /** Which of the user's requests this is, from 0. */
  readonly press: number;
  /** How often the request is sent at this instant, and how often again after its first answer. */
  readonly copies: number;
  readonly copiesLater: number;
}

export interface PlannedFault {
  readonly atMs: number;
  readonly name: string;
  /** From 0 to 1: which of several. */
  readonly choice: number;
}

export interface Plan {
  readonly scenario: string;
  readonly seed: number;
  readonly users: number;
  readonly stock: number;
  readonly perUserLimit: number;
  readonly lengthMs: number;
  /** In the order of time. */
  readonly presses: readonly PlannedPress[];
  readonly faults: readonly PlannedFault[];
  /** What all these requests can get: each user's, up to the limit. */
  readonly eligibleDemand: number;
}

/** Some press too early. */
const EARLY_MS = 200;
/** Faults come while people press. */
const FAULTS_BETWEEN = [0.05, 0.75] as const;
const LIMIT_MAX = 3;
/** How much of the eligible demand the stock covers: most sales sell out, about a quarter do not. */
const COVER = { scarce: [0.45, 0.8], ample: [1.05, 1.3], ampleShare: 0.25 } as const;

export function planSale(scenario: Scenario, seed: number, quick: boolean): Plan {
  const random = seededRandom(seed * 7919 + hashOf(scenario.name));
  const shorter = quick ? 0.6 : 1;
  const users = Math.round(scenario.users * shorter);
  const lengthMs = Math.round(scenario.lengthMs * shorter);
  const perUserLimit = 1 + Math.floor(random() * LIMIT_MAX);
  const presses = planPresses(scenario, users, lengthMs, random);
  const eligibleDemand = demandOf(presses, perUserLimit);
  const isAmple = random() < COVER.ampleShare || scenario.isAmple;
  const [least, most] = isAmple ? COVER.ample : COVER.scarce;
  const stock = Math.max(1, Math.round(eligibleDemand * between(random, least, most)));
  const faults = planFaults(scenario, lengthMs, random);
  return {
    ...{ scenario: scenario.name, seed, users, stock, perUserLimit, lengthMs, presses, faults, eligibleDemand },
  };
}

function planPresses({ pressesPerUser, repeats }: Scenario, users: number, lengthMs: number, random: Random) {
  const presses: PlannedPress[] = [];
  for (let press = 0; press < pressesPerUser; press += 1) {
    for (const user of shuffledNumbers(users, random)) {
      const sendings = repeats ? 2 + Math.floor(random() * 9) : 1;
      const copies = 1 + Math.floor(random() * sendings);
      const atMs = between(random, -EARLY_MS, lengthMs);
      presses.push({ atMs, user, press, copies, copiesLater: sendings - copies });
    }
  }
  return presses.sort((a, b) => a.atMs - b.atMs);
}

function planFaults({ faults, isShuffled }: Scenario, lengthMs: number, random: Random): PlannedFault[] {
  const [from, to] = FAULTS_BETWEEN;
  const names = isShuffled ? [...shuffledNumbers(faults.length, random)].map((place) => faults[place] ?? '') : faults;
  // Spread over the sale, each somewhere in its own part of it.
  const partMs = ((to - from) * lengthMs) / names.length;
  return names.map((name, place) => ({
    name,
    atMs: from * lengthMs + (place + random()) * partMs,
    choice: random(),
  }));
}

function demandOf(presses: readonly PlannedPress[], perUserLimit: number): number {
  const byUser = Map.groupBy(presses, ({ user }) => user);
  return [...byUser.values()].reduce((sum, { length }) => sum + Math.min(length, perUserLimit), 0);
}

function between(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}

/** So that scenarios of one seed differ. */
function hashOf(text: string): number {
  return [...text].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 7);
}
