/**
 * Ten thousand people with a socket each on one gateway process, which does everything else, too:
 *
 *   sold out   all watch a drop and claim, 3,000 in a second, until it is sold out: how long from the commit of the last unit until each socket says so; and of each
 *              winner, from the grant to the message
 *   storm      in the middle of such a rush all sockets break at once and come back within five seconds, with their cursors and the claims that they have no answer to:
 *              everybody resumes, every message comes once and in order, every claim is answered once, and exactly the stock is granted
 *   memory     of the server, per socket
 */
import { fileURLToPath } from 'node:url';
import { type DatabaseName, onBothDatabases } from '../both-databases.ts';
import type { Heard, ListenersCommand, Rush } from '../clients/listeners-protocol.ts';
import { createAccounts, createDrop } from '../drops.ts';
import { below, type Figure } from '../figure.ts';
import { memoryMibOf } from '../machine.ts';
import { ask, startNode, stopProcess } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { type BenchServer, startServer } from '../server.ts';
import { median, percentile } from '../statistics.ts';

const CLIENT = fileURLToPath(new URL('../clients/listeners.ts', import.meta.url));
const CLAIMS_PER_SECOND = 3_000;
const STOCK_SHARE = 0.6;
const BREAK_AFTER_MS = 600;
const BACK_WITHIN_MS = 5_000;
const MESSAGES_WITHIN_MS = 30_000;
const TOLD_P99_MS_MAX = 1_000;

type Tell = <Answer>(command: ListenersCommand) => Promise<Answer>;
export function realtimeFigures(quick: boolean): Promise<Figure[]> {
  return onBothDatabases((name, environment) => figuresOn(name, environment, quick));
}

async function figuresOn(name: DatabaseName, environment: Record<string, string>, quick: boolean): Promise<Figure[]> {
  const people = quick ? 1_000 : 10_000;
  const rounds = quick ? 1 : 3;
  const server = await startServer(undefined, environment);
  const client = startNode(CLIENT, [server.url], { core: undefined });
  const tell: Tell = (command) => ask(client, command);
  const progress = (step: number, what: string) => showProgress(step, 2 * rounds + 1, `sockets on ${name}: ${what}`);
  try {
    progress(0, 'opening them');
    const tokens = await createAccounts(server, people);
    const before = memoryMibOf(server.process.pid ?? 0);
    await tell({ type: 'connect', tokens });
    const after = memoryMibOf(server.process.pid ?? 0);
    const told: Told[] = [];
    const storms: Storm[] = [];
    for (let round = 0; round < rounds; round += 1) {
      progress(1 + 2 * round, 'sold out');
      told.push(await measureSoldOut(server, tell, people));
      progress(2 + 2 * round, 'all break and come back');
      storms.push(await measureStorm(server, tell, people));
    }
    const eachKib = before && after ? ((after.now - before.now) * 1024) / people : undefined;
    return describe(name, people, { told, storms, eachKib });
  } finally {
    await stopProcess(client);
    await server.stop();
  }
}

interface Told {
  readonly soldOutMs: readonly number[];
  readonly messagesMs: readonly number[];
  readonly claimsPerSecond: number;
}

async function measureSoldOut(server: BenchServer, tell: Tell, people: number): Promise<Told> {
  const stock = people * STOCK_SHARE;
  const dropId = await createDrop(server, stock);
  await tell({ type: 'watch', dropId });
  const rush = await tell<Rush>({ type: 'rush', dropId, perSecond: CLAIMS_PER_SECOND });
  const { lastGrantedAtMs } = await ledgerOf(server, dropId);
  expectAnswers(rush, stock, people);
  if (rush.soldOutAtMs.some((atMs) => atMs === 0)) throw new Error('somebody was not told that all are sold');
  const heard = await hearAll(tell, stock);
  return {
    soldOutMs: rush.soldOutAtMs.map((atMs) => atMs - lastGrantedAtMs),
    messagesMs: heard.latenciesMs,
    claimsPerSecond: people / (rush.durationMs / 1000),
  };
}

interface Storm {
  readonly backMs: readonly number[];
  readonly durationMs: number;
}

async function measureStorm(server: BenchServer, tell: Tell, people: number): Promise<Storm> {
  const stock = people * STOCK_SHARE;
  const dropId = await createDrop(server, stock);
  await tell({ type: 'watch', dropId });
  const rush = await tell<Rush>({
    ...{ type: 'rush', dropId, perSecond: CLAIMS_PER_SECOND },
    ...{ breakAfterMs: BREAK_AFTER_MS, backWithinMs: BACK_WITHIN_MS },
  });
  expectAnswers(rush, stock, people);
  if (rush.resumed !== people) throw new Error(`${rush.resumed} of ${people} resumed`);
  await hearAll(tell, stock);
  const { granted } = await ledgerOf(server, dropId);
  if (granted !== stock) throw new Error(`${granted} granted of ${stock}`);
  return { backMs: rush.backMs, durationMs: rush.durationMs };
}

/** One `grant` and one `notification` per winner. */
async function hearAll(tell: Tell, winners: number): Promise<Heard> {
  const grants = await tell<Heard>({ type: 'hear', kind: 'grant', count: winners, withinMs: MESSAGES_WITHIN_MS });
  const notifications = await tell<Heard>({
    ...{ type: 'hear', kind: 'notification', count: winners, withinMs: MESSAGES_WITHIN_MS },
  });
  for (const { count, outOfOrder, perPersonMax } of [grants, notifications]) {
    if (count !== winners) throw new Error(`${count} messages to ${winners} winners`);
    if (outOfOrder > 0) throw new Error(`${outOfOrder} messages came twice or out of order`);
    if (perPersonMax !== 1) throw new Error(`somebody was told ${perPersonMax} times of the same grant`);
  }
  return grants;
}

function expectAnswers({ answers }: Rush, stock: number, people: number): void {
  if (answers['granted'] !== stock || answers['sold_out'] !== people - stock) {
    throw new Error(`${people} claims on ${stock} units were answered ${JSON.stringify(answers)}`);
  }
}

/** By the database's clock, which is this machine's. */
async function ledgerOf(server: BenchServer, dropId: string): Promise<{ lastGrantedAtMs: number; granted: number }> {
  const response = await fetch(`${server.url}/v1/drops/${dropId}/ledger`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  const lines = (await response.text()).split('\n').filter(Boolean);
  const grants = lines
    .map((line) => JSON.parse(line) as { type: string; grantedAt?: string })
    .filter(({ type }) => type === 'grant');
  return {
    lastGrantedAtMs: Math.max(...grants.map(({ grantedAt }) => Date.parse(grantedAt ?? ''))),
    granted: grants.length,
  };
}

interface Measured {
  readonly told: readonly Told[];
  readonly storms: readonly Storm[];
  readonly eachKib: number | undefined;
}

function describe(name: DatabaseName, people: number, { told, storms, eachKib }: Measured): Figure[] {
  const count = people.toLocaleString('en-US');
  const p99s = (times: readonly (readonly number[])[]) => times.map((each) => percentile(each, 0.99));
  const p50 = (times: readonly (readonly number[])[]) => median(times.map((each) => percentile(each, 0.5))).toFixed(0);
  const max = (times: readonly (readonly number[])[]) => Math.max(...times.flat()).toFixed(0);
  const soldOut = told.map(({ soldOutMs }) => soldOutMs);
  const messages = told.map(({ messagesMs }) => messagesMs);
  const back = storms.map(({ backMs }) => backMs);
  const rates = told.map(({ claimsPerSecond }) => Math.round(claimsPerSecond).toLocaleString('en-US')).join(', ');
  const figures: Figure[] = [
    {
      what: `sockets on ${name}, ${count} told that all are sold, p99 from the commit`,
      value: median(p99s(soldOut)),
      unit: 'ms',
      remark: `p50 ${p50(soldOut)} ms, max ${max(soldOut)} ms; ${rates} claims/s meanwhile`,
      target: below(TOLD_P99_MS_MAX, median(p99s(soldOut)), 'ms'),
      details: { soldOut },
    },
    {
      what: `sockets on ${name}, … from a grant to its message, p99`,
      value: median(p99s(messages)),
      unit: 'ms',
      remark: `p50 ${p50(messages)} ms, max ${max(messages)} ms`,
      target: below(TOLD_P99_MS_MAX, median(p99s(messages)), 'ms'),
    },
    {
      what: `sockets on ${name}, ${count} break and come back within 5 s: from opening to welcome, p99`,
      value: median(p99s(back)),
      unit: 'ms',
      remark: `p50 ${p50(back)} ms, max ${max(back)} ms; all resumed, nothing lost or twice; all claims answered after ${storms.map(({ durationMs }) => (durationMs / 1000).toFixed(1)).join(', ')} s`,
    },
  ];
  if (eachKib !== undefined)
    figures.push({ what: `sockets on ${name}, server memory per member's socket`, value: eachKib, unit: 'KiB' });
  return figures;
}
