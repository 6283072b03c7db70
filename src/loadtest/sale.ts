/**
 * One load test from beginning to end:
 *
 *   server       a running one, or several that are one shop, or one of its own
 *   set-up       an administrator, the buyers, their connections; then the drop, opening when all are connected
 *   press        as planned, until all is answered; in a whole sale, until all is sold (whole-sale/)
 *   afterwards   what is unanswered is asked for; the ledger is read; the history is checked
 *
 * Whatever happens on the way, connections are closed and the server is stopped.
 */
import { cpus, loadavg } from 'node:os';
import { checkHistory } from '../history/check.ts';
import type { Violation } from '../history/violation.ts';
import { AdministratorApi } from './api.ts';
import type { Connection } from './connection.ts';
import { type ClaimFigures, computeFigures } from './figures.ts';
import { lookUpUnanswered } from './lookup.ts';
import type { Options } from './options.ts';
import { type PlannedPress, planAtOnce, planRate } from './press-schedule.ts';
import { copiesAtOnce, makeClaims, pressAll } from './pressing.ts';
import { seededRandom } from './random.ts';
import { type Claim, RunRecord } from './record.ts';
import { addUses, ResourceSampler, type ResourceUse } from './resources.ts';
import { startServer } from './server-process.ts';
import { type Gateways, makeBuyers, openConnections, watchDrop } from './setup.ts';
import type { SocketTally } from './socket-client.ts';
import { measureWholeSale, type WholeSaleFigures } from './whole-sale/figures.ts';
import { readSettledLedger } from './whole-sale/settled-ledger.ts';
import { playWholeSale } from './whole-sale/whole-sale.ts';

export interface RunResult {
  readonly options: Options;
  readonly startedAt: string;
  readonly node: string;
  readonly cpuCount: number;
  /** Of the last minute before the press, the set-up included: well above `cpuCount`, others were using the machine. */
  readonly loadAverageBefore: number;
  readonly connections: number;
  readonly claims: ClaimFigures;
  readonly sockets: {
    readonly liveStockMessages: number;
    readonly lostByCloseCode: Readonly<{ [code: string]: number }>;
  };
  /** `null` when nothing was to become of what was won. */
  readonly wholeSale: WholeSaleFigures | null;
  /** Of several, all together; `null` when one of them does not tell. */
  readonly server: ResourceUse | null;
  /** CPU seconds of this process during the run: it shares the machine with the server. */
  readonly clientCpuSeconds: number;
  readonly history: {
    readonly answers: number;
    readonly ledgerClaims: number;
    readonly violations: readonly Violation[];
  };
}

export async function runSale(options: Options, signal: AbortSignal): Promise<RunResult> {
  const [first, ...others] = options.urls;
  if (first !== undefined)
    return runAgainst([first, ...others], options, options.admin.login, options.admin.password ?? '', signal);
  const server = await startServer(options.transport === 'ws' ? options.users : 0, signal);
  const { login, password } = server.admin;
  try {
    return await runAgainst([server.url], options, login, password, AbortSignal.any([signal, server.ended]));
  } catch (error) {
    const reason = server.ended.aborted ? server.ended.reason : error;
    const tail = (await server.logTail()).trim();
    throw tail === '' ? reason : new Error(`${(reason as Error).message}\nThe server's log ends with:\n${tail}`);
  } finally {
    await server.stop();
  }
}

async function runAgainst(
  gateways: Gateways,
  options: Options,
  login: string,
  password: string,
  signal: AbortSignal,
): Promise<RunResult> {
  const startedAt = new Date().toISOString();
  const [url] = gateways;
  const tally: SocketTally = { liveStock: 0, closeCodes: new Map(), strayErrors: new Map() };
  const api = await AdministratorApi.signIn(url, login, password, signal);
  const cards = options.wholeSale && (await api.readTestCards());
  const buyers = await makeBuyers(api, options.users, signal);
  const connections = await openConnections(options, gateways, buyers, tally, signal);
  const samplers = gateways.map((gateway) => new ResourceSampler(gateway));
  try {
    const { dropId, opensAt, clockOffsetMs } = await openDrop(api, options, connections, signal);
    const record = new RunRecord(dropId, options.transport);
    const claims = makeClaims(
      plan(options),
      buyers,
      connections.length,
      opensAt,
      options.repeat - copiesAtOnce(options.repeat),
    );
    prepareFirst(options, claims, connections, dropId);
    await Promise.all(samplers.map((sampler) => sampler.start()));
    if (performance.now() > opensAt)
      throw new Error('the set-up took longer than the lead to the opening: give it more with --lead');
    const loadAverageBefore = loadavg()[0] ?? 0;
    const cpuBefore = process.cpuUsage();
    const { wholeSale } = options;
    const sale = { options, gateways, buyers, connections, claims, record, opensAt, clockOffsetMs, signal };
    const sold = wholeSale && cards && (await playWholeSale({ ...sale, wholeSale, cards }));
    if (sold === null) await pressAll(options, claims, connections, record, signal);
    const cpu = process.cpuUsage(cpuBefore);
    const resources = addUses(await Promise.all(samplers.map((sampler) => sampler.finish())));
    const lookedUp = await lookUpUnanswered(url, claims, record, signal);
    for (const [code, count] of tally.strayErrors) record.errors.set(`socket ${code}`, count);
    const { ledger, unsettled } = await readSettledLedger(api, dropId, signal);
    return {
      options,
      startedAt,
      node: process.version,
      cpuCount: cpus().length,
      loadAverageBefore,
      connections: connections.length,
      claims: computeFigures(claims, record, lookedUp),
      sockets: { liveStockMessages: tally.liveStock, lostByCloseCode: Object.fromEntries(tally.closeCodes) },
      wholeSale: sold && measureWholeSale(ledger, sold.record, sold.end, clockOffsetMs, unsettled),
      server: resources,
      clientCpuSeconds: (cpu.user + cpu.system) / 1e6,
      history: {
        answers: record.attempts.filter((attempt) => attempt.outcome !== null).length,
        ledgerClaims: ledger.claims.length,
        violations: checkHistory(record.attempts, ledger),
      },
    };
  } finally {
    for (const sampler of samplers) sampler.abandon();
    for (const connection of connections) connection.close();
  }
}

/** The drop, opening after a lead, and its opening by this process's clock. Sockets follow it if they are to. */
async function openDrop(
  api: AdministratorApi,
  options: Options,
  connections: readonly Connection[],
  signal: AbortSignal,
): Promise<{ dropId: string; opensAt: number; clockOffsetMs: number }> {
  // Following 10,000 sockets' first views, and preparing as many claims, takes a second or two; the lead leaves room.
  const leadMs = 1000 * (options.leadSeconds ?? 3 + Math.ceil(connections.length / 2500));
  const opensAtServer = Math.ceil((await api.roughTimeMs()) + leadMs);
  const { kind, stock, perUserLimit, wholeSale } = options;
  const hold = wholeSale === null ? {} : { holdSeconds: wholeSale.holdSeconds };
  const dropId = await api.createDrop({ kind, stock, perUserLimit, ...hold, opensAt: new Date(opensAtServer) });
  if (options.watch) await watchDrop(connections, dropId, signal);
  const clock = await api.learnClock(dropId);
  return { dropId, opensAt: opensAtServer - clock.offsetMs, clockOffsetMs: clock.offsetMs };
}

function plan({ load, users, seed }: Options): PlannedPress[] {
  const random = seededRandom(seed);
  return load.mode === 'at-once' ? planAtOnce(users, load.presses, random) : planRate({ ...load, users }, random);
}

/** At the opening only writing should be left; over time, each claim is made when it is due, to spare the memory. */
function prepareFirst(
  { load }: Options,
  claims: readonly Claim[],
  connections: readonly Connection[],
  dropId: string,
): void {
  if (load.mode !== 'at-once') return;
  for (const claim of claims) {
    claim.prepared = connections[claim.connectionIndex]?.prepareClaim(claim.buyer, dropId, claim.requestId);
  }
}
