/**
 * `npm run chaos`: sales on a fleet of real processes while faults are injected, each judged by everything that was told and everything that is kept.
 * Ends with 1 when a promise was broken, with 2 when it could not be played.
 */
import type { BaselineResult } from './baseline.ts';
import { Fleet } from './fleet.ts';
import { help, type Options, readOptions } from './options.ts';
import { type Plan, planSale } from './plan.ts';
import { writeLosses, writeSale, writeTable } from './report.ts';
import { playSale, type SaleResult } from './sale.ts';
import { scenarioOf } from './scenarios.ts';

async function main({ scenarios, seeds, quick, baseline }: Options): Promise<number> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interruption.abort(new Error('interrupted')));
  const plans = seeds.flatMap((seed) => scenarios.map((name) => planSale(scenarioOf(name), seed, quick)));
  console.log(`seeds ${seeds.join(', ')}: the same seed plays the same schedule`);
  return baseline === null ? playFleet(plans, interruption.signal) : playContrast(plans, interruption.signal);
}

async function playFleet(plans: readonly Plan[], signal: AbortSignal): Promise<number> {
  process.stderr.write('starting PostgreSQL, Redis, Kafka, two gateways, two sequencers, two workers …\n');
  const fleet = await Fleet.start();
  const results: SaleResult[] = [];
  let isPlayed = false;
  try {
    const buyers = await fleet.makeBuyers(Math.max(...plans.map(({ users }) => users)), signal);
    for (const plan of plans) {
      const result = await playSale(fleet, scenarioOf(plan.scenario), plan, buyers, signal);
      console.log(writeSale(result));
      results.push(result);
    }
    isPlayed = true;
  } finally {
    if (results.length > 0) console.log(`\n${writeTable(results)}`);
    await fleet.close();
    if (isPlayed && results.every(({ violations }) => violations.length === 0)) fleet.folder.remove();
    else console.log(`What the processes said is in ${fleet.folder.path}`);
  }
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  console.log(`\n${results.length} sales, ${violations} violations`);
  return violations === 0 ? 0 : 1;
}

/** What it loses is what the run is for: the exit code says only whether it could be played. */
async function playContrast(plans: readonly Plan[], signal: AbortSignal): Promise<number> {
  const results: BaselineResult[] = [];
  // Only then: what it shares with the benchmarks ends the process at once on Ctrl-C.
  const { playBaseline } = await import('./baseline.ts');
  try {
    await playBaseline(plans, (result) => results.push(result), signal);
  } finally {
    console.log(`\nredis-script, by the same schedule\n\n${writeLosses(results)}`);
  }
  return 0;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(error);
  process.exitCode = 2;
}
