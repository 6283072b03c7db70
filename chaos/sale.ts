/** One sale under faults: a fresh drop, the crowd, the faults at their moments, and the verdict. */
import type { Violation } from '../src/history/violation.ts';
import type { Buyer } from '../src/loadtest/connection.ts';
import { showProgress } from '../src/loadtest/progress.ts';
import { countAnswers, slowestAnswerMs } from './answers.ts';
import { Crowd } from './crowd.ts';
import type { Fleet } from './fleet.ts';
import { injectAll } from './injections.ts';
import type { Plan } from './plan.ts';
import type { Scenario } from './scenarios.ts';
import { judge } from './verdict.ts';

export interface SaleResult {
  readonly plan: Plan;
  readonly dropId: string;
  /** Answers to all sendings, by outcome (a gate's apart) or by why there was none. */
  readonly answers: ReadonlyMap<string, number>;
  /** From the planned instant until the answer, of the person who waited longest. */
  readonly slowestMs: number;
  readonly fencedOff: { readonly queue: number; readonly jobs: number };
  /** The sale, until all is up again, the verdict. */
  readonly phasesMs: readonly number[];
  readonly violations: readonly Violation[];
  /** What became of each fault: when, and for how long. */
  readonly faults: readonly string[];
}

const LEAD_MS = 1_500;
const PROGRESS_EVERY_MS = 250;

export async function playSale(
  fleet: Fleet,
  scenario: Scenario,
  plan: Plan,
  buyers: readonly Buyer[],
  signal: AbortSignal,
): Promise<SaleResult> {
  const startedMs = performance.now();
  const fencedBefore = fleet.fencedOff();
  const api = await fleet.administrator(signal);
  const { stock, perUserLimit } = plan;
  const opensAt = new Date(Date.now() + LEAD_MS);
  const dropId = await api.createDrop({ kind: 'coupon', stock, perUserLimit, opensAt });
  const opensAtMs = performance.now() + opensAt.getTime() - Date.now();
  const gateways = fleet.of('gateway').map(({ url }) => url);
  const people = buyers.slice(0, plan.users);
  const crowd = new Crowd({ gateways, buyers: people, dropId, plan, opensAtMs, spreads: scenario.repeats });

  const faults = injectAll(fleet, plan.faults, opensAtMs);
  await pressWithProgress(crowd, plan, signal);
  const pressedMs = performance.now();
  const injected = await faults;
  const unhealthy = await fleet.untilHealthy().catch((error: Error) => error.message);
  const healthyMs = performance.now();
  const { violations } = await judge(fleet, plan, crowd, dropId, signal);
  const phases = [pressedMs - startedMs, healthyMs - pressedMs, performance.now() - healthyMs];
  const fencedAfter = fleet.fencedOff();
  const fencedOff = { queue: fencedAfter.queue - fencedBefore.queue, jobs: fencedAfter.jobs - fencedBefore.jobs };
  const more: Violation[] = [...injected.map(({ failure }) => failure), unhealthy]
    .filter((failure) => typeof failure === 'string')
    .map((detail) => ({ rule: 'healed', detail }));
  if (scenario.mustFenceOff && fencedOff.queue === 0)
    more.push({ rule: 'fenced_off', detail: 'nobody who came late was fenced off' });
  return {
    ...{ plan, dropId, fencedOff, faults: injected.map(({ told }) => told), violations: [...violations, ...more] },
    answers: countAnswers(crowd),
    slowestMs: slowestAnswerMs(crowd),
    phasesMs: phases,
  };
}

export async function pressWithProgress(crowd: Crowd, plan: Plan, signal: AbortSignal): Promise<void> {
  const progress = showProgress(`${plan.scenario}, seed ${plan.seed}`, crowd.claims.length);
  const ticker = setInterval(() => progress.update(crowd.answered), PROGRESS_EVERY_MS);
  try {
    await crowd.press(signal);
  } finally {
    clearInterval(ticker);
    progress.update(crowd.answered);
    progress.stop();
  }
}
