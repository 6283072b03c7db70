/**
 * After a sale: what is still on its way is waited for, whoever is in doubt asks again, and then everything that was told is judged against everything that is kept.
 */

import { Admin } from '@platformatic/kafka';
import { becomesTrue } from '../ops/servers/local-server.ts';
import { checkHistory } from '../src/history/check.ts';
import { type Ledger, parseLedger } from '../src/history/ledger.ts';
import type { Violation } from '../src/history/violation.ts';
import { exportLedger } from '../src/ledger/export.ts';
import { mismatchesOf } from '../src/ledger/reconcile.ts';
import { askAgain } from './asking-again.ts';
import type { Crowd } from './crowd.ts';
import { type Fleet, TOPIC_PREFIX } from './fleet.ts';
import type { Plan } from './plan.ts';
import { readRelayed, relayProblem } from './relayed.ts';

const DRAINED_WITHIN_MS = 40_000;
const RELAYED_WITHIN_MS = 40_000;
const LATEST = -1n;

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly ledger: Ledger;
}

export async function judge(
  fleet: Fleet,
  plan: Plan,
  crowd: Crowd,
  dropId: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const violations: Violation[] = [];
  const breach = (rule: string, detail: string) => violations.push({ rule, detail });
  if (!(await becomesTrue(() => isDrained(fleet), DRAINED_WITHIN_MS)))
    breach('drained', `claims still wait ${DRAINED_WITHIN_MS / 1000} s after the sale`);
  const gateways = fleet.of('gateway').map(({ url }) => url);
  for (const detail of await askAgain(gateways, crowd, signal)) breach('stuck', detail);
  const ledger = await readLedger(fleet, dropId);
  violations.push(...checkHistory(crowd.attempts, ledger));

  for (const { buyer, requestId, answer } of crowd.claims) {
    if (answer === null) breach('unresolved', `user ${buyer.id}, request ${requestId} never got an answer`);
  }
  for (const [kind, count] of crowd.errors) breach('unexpected_answer', `${count} times "${kind}"`);
  const wanted = Math.min(plan.stock, plan.eligibleDemand);
  if (ledger.drop.granted !== wanted)
    breach('exactly_n', `${ledger.drop.granted} units are granted; stock ${plan.stock}, demand ${plan.eligibleDemand}`);
  for (const { difference } of await mismatchesOf(fleet.database, [dropId])) breach('reconciled', difference);
  const problem = await findRelayProblem(fleet, dropId, ledger.entries.length);
  if (problem !== undefined) breach('relayed', problem);
  for (const crash of fleet.takeCrashes()) breach('crash', crash);
  return { violations, ledger };
}

/** Whether all that the queue holds has been decided, and no gateway waits for anything. */
async function isDrained(fleet: Fleet): Promise<boolean> {
  try {
    const waiting = await Promise.all(fleet.of('gateway').map((each) => each.metric('doorbuster_claims_waiting')));
    if (waiting.some((count) => count !== 0)) return false;
    const positions = await fleet.database.query<{ partition: number; next: string }>(
      'select partition, next_offset::text as next from intake_positions',
    );
    const ends = await queueEnds(fleet);
    return [...ends].every(([partition, end]) => {
      const position = positions.find((each) => each.partition === partition);
      return end === 0n || BigInt(position?.next ?? 0) >= end;
    });
  } catch {
    return false;
  }
}

async function queueEnds({ servers: { kafka } }: Fleet): Promise<Map<number, bigint>> {
  const admin = new Admin({ clientId: 'chaos', bootstrapBrokers: [kafka?.url ?? ''], retries: 0, timeout: 2_000 });
  admin.on('error', () => {});
  try {
    const name = `${TOPIC_PREFIX}claims`;
    const count = (await admin.metadata({ topics: [name] })).topics.get(name)?.partitionsCount ?? 0;
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: LATEST }));
    const [topic] = await admin.listOffsets({ topics: [{ name, partitions }] });
    return new Map(topic?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
  } finally {
    await admin.close().catch(() => {});
  }
}

async function findRelayProblem(fleet: Fleet, dropId: string, last: number): Promise<string | undefined> {
  const isRelayed = async (): Promise<boolean> => {
    const rows = await fleet.database.query<{ number: string }>(
      'select number from relay_positions where drop_id = $1',
      [dropId],
    );
    return Number(rows[0]?.number ?? 0) >= last;
  };
  if (!(await becomesTrue(isRelayed, RELAYED_WITHIN_MS)))
    return `the relay has not come to entry ${last} within ${RELAYED_WITHIN_MS / 1000} s`;
  return relayProblem(await readRelayed(fleet.servers.kafka?.url ?? '', dropId, last), last);
}

async function readLedger({ database }: Fleet, dropId: string): Promise<Ledger> {
  let lines = '';
  for await (const line of exportLedger(database, dropId)) lines += line;
  return parseLedger(lines);
}
