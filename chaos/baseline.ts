/**
 * The same schedule against a usual design: Redis decides, the database is written later (bench/baselines/redis-script.ts). Two of its processes stand where our gateways
 * stand; faults on parts that it does not have are left out. What it loses is not a failure of the run: it is what the run is for.
 */
import { join } from 'node:path';
import { USUAL_REDIS_SETTINGS } from '../bench/baselines/baseline.ts';
import { findLosses, type Losses } from '../bench/baselines/losses.ts';
import type { Holdings } from '../bench/baselines/tables.ts';
import { type Servers, startServers } from '../ops/servers/all.ts';
import { freePort } from '../ops/servers/free-port.ts';
import { startGuard } from '../ops/servers/guard.ts';
import { becomesTrue } from '../ops/servers/local-server.ts';
import { countAnswers, slowestAnswerMs } from './answers.ts';
import { Crowd } from './crowd.ts';
import { faultOf } from './faults.ts';
import { FleetProcess } from './fleet-process.ts';
import { injectAll } from './injections.ts';
import type { Plan } from './plan.ts';
import { pressWithProgress } from './sale.ts';
import { scenarioOf } from './scenarios.ts';
import { CHAOS_SERVERS, temporaryFolder } from './servers.ts';
import type { Target } from './target.ts';

const MAIN = join(import.meta.dirname, '..', 'bench', 'baselines', 'main.ts');
const PARTS = ['gateway', 'postgres', 'redis'];
const LEAD_MS = 1_000;
const WRITTEN_WITHIN_MS = 30_000;
const KILL_ALL = 'for file in "$1"/*.pid; do kill -s KILL "$(cat "$file")" 2> /dev/null; done';

export interface BaselineResult {
  readonly plan: Plan;
  readonly answers: ReadonlyMap<string, number>;
  readonly slowestMs: number;
  readonly losses: Losses;
  readonly unresolved: number;
  readonly faults: readonly string[];
}

class Baseline implements Target {
  readonly servers: Servers;
  readonly #processes: readonly FleetProcess[];

  constructor(servers: Servers, processes: readonly FleetProcess[]) {
    this.servers = servers;
    this.#processes = processes;
  }

  of(): readonly FleetProcess[] {
    return this.#processes;
  }

  working(): Promise<FleetProcess> {
    throw new Error('a baseline has gateways only');
  }
}

/** Plays each plan, and tells what was lost. */
export async function playBaseline(
  plans: readonly Plan[],
  onResult: (result: BaselineResult) => void,
  signal: AbortSignal,
): Promise<void> {
  const servers = await startServers({
    ...{ postgres: CHAOS_SERVERS.postgres, kafka: undefined },
    redis: { durable: false, settings: USUAL_REDIS_SETTINGS },
  });
  const folder = temporaryFolder();
  const guard = startGuard(KILL_ALL, folder.path);
  const processes: FleetProcess[] = [];
  for (const number of [1, 2]) {
    const port = await freePort();
    processes.push(
      new FleetProcess({
        ...{ name: `redis-script-${number}`, port, folder: folder.path, readyPath: '/readyz' },
        commandArguments: [MAIN, 'redis-script', '--port', String(port)],
        environment: { DATABASE_URL: servers.postgres.url, REDIS_URL: servers.redis.url },
      }),
    );
  }
  try {
    await Promise.all(processes.map((each) => each.start()));
    for (const plan of plans) onResult(await playOne(new Baseline(servers, processes), plan, signal));
  } finally {
    await Promise.allSettled(processes.map((each) => each.stop()));
    await guard.end();
    await servers.stop();
    folder.remove();
  }
}

async function playOne(baseline: Baseline, plan: Plan, signal: AbortSignal): Promise<BaselineResult> {
  const gateways = baseline.of().map(({ url }) => url);
  const { stock, perUserLimit } = plan;
  const { id: dropId } = await call<{ id: string }>(gateways, '/v1/baseline/drops', { stock, perUserLimit });
  // Nobody's identity is at stake there: the token is the user's number.
  const buyers = Array.from({ length: plan.users }, (_, user) => ({
    id: String(user + 1),
    accessToken: String(user + 1),
  }));
  const opensAtMs = performance.now() + LEAD_MS;
  const spreads = scenarioOf(plan.scenario).repeats;
  const crowd = new Crowd({ gateways, buyers, dropId, plan, opensAtMs, spreads, httpOnly: true });
  const applicable = plan.faults.filter(({ name }) => PARTS.includes(faultOf(name).part));
  const faults = injectAll(baseline, applicable, opensAtMs);
  await pressWithProgress(crowd, plan, signal);
  const told = (await faults).map((each) => each.told);
  return {
    ...{ plan, faults: told, answers: countAnswers(crowd), slowestMs: slowestAnswerMs(crowd) },
    losses: findLosses(crowd.attempts, await readHoldings(gateways, dropId)),
    unresolved: crowd.claims.filter(({ answer }) => answer === null).length,
  };
}

/** What the database holds as soon as all that was told is written. */
async function readHoldings(gateways: readonly URL[], dropId: string): Promise<Holdings> {
  let holdings: (Holdings & { readonly unwritten: number }) | undefined;
  const isWritten = async (): Promise<boolean> => {
    holdings = await call<Holdings & { readonly unwritten: number }>(gateways, `/v1/baseline/drops/${dropId}`).catch(
      () => undefined,
    );
    return holdings?.unwritten === 0;
  };
  if ((await becomesTrue(isWritten, WRITTEN_WITHIN_MS)) && holdings !== undefined) return holdings;
  throw new Error(`the baseline has not written everything within ${WRITTEN_WITHIN_MS / 1000} s`);
}

async function call<Answer>(gateways: readonly URL[], path: string, body?: object): Promise<Answer> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(new URL(path, gateways[0]), init);
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
