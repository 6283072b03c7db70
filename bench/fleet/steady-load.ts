/**
 * A load at an even rate, and the CPU time that the fleet needs for it:
 *
 *   set-up ──the drop is made──> idle: sockets are open, nobody presses ──the opening──> pressing ──> the ledger is read and judged
 *                                  └ measured: the baseline                 └ measured, without the beginning
 *
 * The sockets do not follow the drop: a push goes to everybody who looks, and is no claim's cost.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Sale } from '../loadtest.ts';
import { type CpuSeconds, type CpuUse, cpuBetween, cpuUsPerClaim } from './cpu.ts';
import type { Fleet } from './fleet.ts';
import { askPostgres } from './servers.ts';

export interface SteadyLoad {
  readonly users: number;
  readonly stock: number;
  readonly limit: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** From the opening until what is measured has begun. */
  readonly settleSeconds: number;
  /** Whom the users ask; by default all gateways. Only theirs counts. */
  readonly urls?: readonly string[];
}

export interface SteadyRun {
  readonly sale: Sale;
  readonly idle: CpuUse;
  readonly busy: CpuUse;
  readonly usPerClaim: CpuSeconds;
}

const LEAD_SECONDS = 7;
const IDLE_MS = { from: -5_500, to: -500 } as const;
const LOOK_EVERY_MS = 100;
const MADE_WITHIN_MS = 120_000;

export async function runSteadyLoad(fleet: Fleet, load: SteadyLoad): Promise<SteadyRun> {
  const { users, stock, limit, perSecond, seconds, settleSeconds, urls = fleet.urls } = load;
  const people = ['--users', String(users), '--stock', String(stock), '--limit', String(limit), '--no-watch'];
  const pace = ['--rate', String(perSecond), '--seconds', String(seconds), '--arrivals', 'even'];
  const lastDropId = await latestDropId(fleet);
  const playing = fleet.play([...people, ...pace, '--lead', String(LEAD_SECONDS)], urls);
  const { opensAtMs } = await nextDrop(fleet, lastDropId, playing);
  const processIds = () => fleet.processIds(urls);
  const idle = await cpuBetween(opensAtMs + IDLE_MS.from, opensAtMs + IDLE_MS.to, processIds);
  const busy = await cpuBetween(opensAtMs + settleSeconds * 1000, opensAtMs + seconds * 1000, processIds);
  return { sale: await playing, idle, busy, usPerClaim: cpuUsPerClaim(busy, idle, perSecond) };
}

export async function latestDropId({ databaseUrl }: Fleet): Promise<string> {
  const [row] = await askPostgres<{ id: string }>(databaseUrl, 'select coalesce(max(id), 0) as id from drops');
  return row?.id ?? '0';
}

/** The drop that the load test makes, as soon as it is there. Throws when the load test ends before. */
export async function nextDrop(
  { databaseUrl }: Fleet,
  lastDropId: string,
  playing: Promise<Sale>,
): Promise<{ readonly id: string; readonly opensAtMs: number }> {
  const deadline = performance.now() + MADE_WITHIN_MS;
  const ended = playing.then(() => {
    throw new Error('the load test ended before it had made a drop');
  });
  ended.catch(() => {});
  while (performance.now() < deadline) {
    const [row] = await askPostgres<{ id: string; opens_at: Date }>(
      databaseUrl,
      'select id, opens_at from drops where id > $1',
      [lastDropId],
    );
    if (row) return { id: row.id, opensAtMs: row.opens_at.getTime() };
    await Promise.race([pause(LOOK_EVERY_MS), ended]);
  }
  throw new Error('the load test has made no drop');
}
