/**
 * What becomes of units after the rush, on one server process with all roles:
 *
 *   expiry   ten thousand slots whose holds end within about the same second, while ten thousand wait in line: how late each unit is released, and how long from the end of a
 *            hold until the next person's socket has the offer. The k-th offer that comes is held against the k-th hold that ended
 *   change   coupons of many drops that are used and cancelled over HTTP, 64 at a time
 */
import { fileURLToPath } from 'node:url';
import { type DatabaseName, onBothDatabases } from '../both-databases.ts';
import type { Changed, Claimed, GrantsCommand, Holder, Offers } from '../clients/grants-protocol.ts';
import { createAccounts } from '../drops.ts';
import { atLeast, below, type Figure } from '../figure.ts';
import { ask, startNode, stopProcess } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { type BenchServer, startServer } from '../server.ts';
import { median, percentile } from '../statistics.ts';

const CLIENT = fileURLToPath(new URL('../clients/grants.ts', import.meta.url));
/** Long enough to claim and to line up before the first one ends: on one connection of the embedded database that takes a minute. */
const HOLD_MINUTES = { full: { PostgreSQL: 0.6, PGlite: 1.5 }, quick: { PostgreSQL: 0.15, PGlite: 0.25 } } as const;
const OFFERS_WITHIN_MS = 60_000;
const DROPS = 200;

const RELEASE_MS_MAX = 2_000;
const OFFER_P99_MS_MAX = 1_000;
const CHANGES_PER_SECOND_MIN = 2_000;

interface Round {
  readonly expiry: readonly number[];
  readonly releases: readonly number[];
  readonly changes: readonly Changed[];
}

export function grantsFigures(quick: boolean): Promise<Figure[]> {
  return onBothDatabases((name, environment) => figuresOn(name, environment, quick));
}

async function figuresOn(name: DatabaseName, environment: Record<string, string>, quick: boolean): Promise<Figure[]> {
  const people = quick ? 1_000 : 10_000;
  const rounds = quick ? 1 : 3;
  const server = await startServer(undefined, environment);
  const client = startNode(CLIENT, [server.url], { core: undefined });
  const tell = <Answer>(command: GrantsCommand): Promise<Answer> => ask<Answer>(client, command);
  try {
    showProgress(0, rounds + 1, `grants on ${name}: ${people.toLocaleString('en-US')} slots end at once`);
    const { expiry, releases } = await measureExpiry(
      server,
      tell,
      people,
      HOLD_MINUTES[quick ? 'quick' : 'full'][name],
    );
    const changes: Changed[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      showProgress(round, rounds + 1, `grants on ${name}: used and cancelled`);
      changes.push(await measureChanges(server, tell, quick ? 1_000 : 10_000));
    }
    return describe(name, people, { expiry, releases, changes });
  } finally {
    await stopProcess(client);
    await server.stop();
  }
}

type Tell = <Answer>(command: GrantsCommand) => Promise<Answer>;

async function measureExpiry(server: BenchServer, tell: Tell, people: number, holdMinutes: number) {
  const tokens = await createAccounts(server, 2 * people);
  const [holders, waiters] = [tokens.slice(0, people), tokens.slice(people)];
  await tell({ type: 'connect', tokens: waiters });
  const { id: dropId } = await server.call<{ id: string }>('POST', '/v1/drops', {
    ...{ kind: 'product', title: 'Benchmark', stock: people, price: 1_000, holdMinutes, waitingLine: true },
    opensAt: new Date().toISOString(),
  });
  const claimed = await tell<Claimed>({ type: 'claim', dropIds: [dropId], tokens: holders });
  await tell({ type: 'wait', dropId, tokens: waiters });
  const ended = claimed.holders.map(({ holdUntilMs }) => holdUntilMs).sort((a, b) => a - b);
  if ((ended[0] ?? 0) < Date.now()) throw new Error('the first hold ended before everybody stood in line');
  const offers = await tell<Offers>({ type: 'offers', count: people, withinMs: OFFERS_WITHIN_MS });
  if (offers.receivedAtMs.length !== people) {
    throw new Error(`${offers.receivedAtMs.length} of ${people} offers came`);
  }
  const lateness = (times: readonly number[]) =>
    [...times].sort((a, b) => a - b).map((at, place) => at - (ended[place] ?? 0));
  const releases = lateness(offers.grantedAtMs);
  if (Math.min(...releases) < 0) throw new Error('a slot was released before its hold had ended');
  return { expiry: lateness(offers.receivedAtMs), releases };
}

async function measureChanges(server: BenchServer, tell: Tell, coupons: number): Promise<Changed> {
  const dropIds: string[] = [];
  for (let drop = 0; drop < DROPS; drop += 1) {
    const { id } = await server.call<{ id: string }>('POST', '/v1/drops', {
      ...{ kind: 'coupon', title: `Benchmark ${drop}`, stock: coupons, perUserLimit: 1, discount: { percent: 5 } },
      ...{ validForDays: 30, opensAt: new Date().toISOString() },
    });
    dropIds.push(id);
  }
  const tokens = await createAccounts(server, coupons);
  const { holders } = await tell<Claimed>({ type: 'claim', dropIds, tokens });
  const changed = await tell<Changed>({ type: 'change', holders: holders as Holder[] });
  if (changed.statuses['200'] !== coupons) throw new Error(`not all were changed: ${JSON.stringify(changed.statuses)}`);
  return changed;
}

function describe(name: DatabaseName, people: number, { expiry, releases, changes }: Round): Figure[] {
  const count = people.toLocaleString('en-US');
  const rates = changes.map(({ durationMs, latenciesMs }) => latenciesMs.length / (durationMs / 1000));
  const p99 = median(changes.map(({ latenciesMs }) => percentile(latenciesMs, 0.99)));
  const ofTimes = (times: readonly number[]) => ({
    ...{ p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: percentile(times, 1) },
  });
  const [offered, released] = [ofTimes(expiry), ofTimes(releases)];
  const perSecond = median(rates);
  return [
    {
      what: `grants on ${name}, ${count} slots end at once: the last is released after`,
      value: released.max,
      unit: 'ms',
      remark: `p50 ${released.p50.toFixed(0)} ms, p99 ${released.p99.toFixed(0)} ms; none early`,
      target: below(RELEASE_MS_MAX, released.max, 'ms'),
      details: released,
    },
    {
      what: `grants on ${name}, … from the end of a hold to the next person's socket, p99`,
      value: offered.p99,
      unit: 'ms',
      remark: `p50 ${offered.p50.toFixed(0)} ms, max ${offered.max.toFixed(0)} ms`,
      target: below(OFFER_P99_MS_MAX, offered.p99, 'ms'),
      details: offered,
    },
    {
      what: `grants on ${name}, used and cancelled over HTTP, ${DROPS} drops mixed`,
      value: perSecond,
      unit: '/s',
      remark: `p99 ${p99.toFixed(0)} ms; ${rates.map((rate) => Math.round(rate).toLocaleString('en-US')).join(', ')}/s`,
      ...(name === 'PostgreSQL' && { target: atLeast(CHANGES_PER_SECOND_MIN, perSecond, '/s') }),
      details: { rates, p99 },
    },
  ];
}
