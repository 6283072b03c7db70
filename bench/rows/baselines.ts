/**
 * Three usual designs beside ours (bench/baselines/design.ts says what they are), in one run: the same servers, client and crowd. A closed loop over 128 connections, every
 * request another user's:
 *
 *   wins       a unit for everybody
 *   refusals   then the same drop, sold out
 *
 * Rounds take turns among the designs, so that a slow minute hits all. What the figures don't say is what each design loses when something fails: `npm run chaos` does.
 */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ConnectHttp, Ready, Result } from '../clients/protocol.ts';
import type { Figure } from '../figure.ts';
import { type Subject, startSubjects } from '../fleet/designs.ts';
import { ask, startNode, stopProcess } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { median, spread } from '../statistics.ts';

const HTTP_CLIENT = fileURLToPath(new URL('../clients/http-client.ts', import.meta.url));
const CONNECTIONS = 128;
/** A refusal takes less time than a win: so many more make a round of about the same length. */
const REFUSALS_PER_WIN = 4;
const KINDS = ['wins', 'refusals'] as const;

type Kind = (typeof KINDS)[number];

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Rounds {
  readonly subject: Subject;
  readonly wins: Measured[];
  readonly refusals: Measured[];
  /** From the last answer until the database had everything. */
  readonly settledAfterMs: number[];
}

export async function baselineFigures(quick: boolean): Promise<Figure[]> {
  const users = quick ? 500 : 2_000;
  const rounds = quick ? 1 : 5;
  const warmUps = quick ? 1 : 2;
  showProgress(0, rounds, 'baselines: starting');
  const subjects = await startSubjects();
  const client = startNode(HTTP_CLIENT, [], { core: undefined });
  try {
    const all = subjects.all.map((subject): Rounds => ({ subject, wins: [], refusals: [], settledAfterMs: [] }));
    for (let round = 0; round < warmUps + rounds; round += 1) {
      for (const [number, one] of all.entries()) {
        const step = round * all.length + number + 1;
        showProgress(step, (warmUps + rounds) * all.length, `baselines: ${one.subject.name}`);
        const measured = await play(client, one.subject, users, round);
        if (round < warmUps) continue;
        one.wins.push(measured.wins);
        one.refusals.push(measured.refusals);
        one.settledAfterMs.push(measured.settledAfterMs);
      }
    }
    return KINDS.flatMap((kind) => all.map((one) => figureOf(kind, one, all)));
  } finally {
    await stopProcess(client);
    await subjects.stop();
  }
}

async function play(client: ChildProcess, subject: Subject, users: number, round: number) {
  const dropId = await subject.createDrop(users);
  const name = `r${String(round).padStart(3, '0')}`;
  const press = (kind: Kind, expected: string): Promise<Measured> => {
    const tokens = subject.newTokens(kind === 'wins' ? users : users * REFUSALS_PER_WIN);
    const to = { port: subject.port, dropId, tokens, round: `${name}-${kind[0]}`, connections: CONNECTIONS };
    return measure(client, { type: 'connect', ...to }, expected);
  };
  const wins = await press('wins', '201');
  const answeredAt = performance.now();
  await subject.settle(dropId);
  const settledAfterMs = performance.now() - answeredAt;
  return { wins, settledAfterMs, refusals: await press('refusals', '409') };
}

/** Throws unless all were answered as expected: exactly N won, and nobody after them. */
async function measure(client: ChildProcess, connect: ConnectHttp, expected: string): Promise<Measured> {
  await ask<Ready>(client, connect);
  const { answered, answers, durationMs, latency } = await ask<Result>(client, { type: 'run' });
  if (answers[expected] !== answered) throw new Error(`expected only ${expected}, got ${JSON.stringify(answers)}`);
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = latency ?? {};
  return { perSecond: answered / (durationMs / 1000), p50Ms, p99Ms };
}

function perSecondOf(kind: Kind, one: Rounds): number {
  return median(one[kind].map(({ perSecond }) => perSecond));
}

function figureOf(kind: Kind, one: Rounds, all: readonly Rounds[]): Figure {
  const { subject, settledAfterMs } = one;
  const value = perSecondOf(kind, one);
  const ratios = all
    .filter((other) => other.subject.isOurs && other !== one)
    .map((ours) => `${(value / perSecondOf(kind, ours)).toFixed(2)} of ${ours.subject.name}`);
  const p50Ms = median(one[kind].map((round) => round.p50Ms));
  const p99Ms = median(one[kind].map((round) => round.p99Ms));
  const later = subject.name === 'redis-script' && kind === 'wins';
  return {
    what: `${kind}, ${CONNECTIONS} connections, ${subject.name}`,
    value,
    unit: '/s',
    remark: `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms; ${ratios.join('; ')}${later ? `; in the database up to ${Math.round(median(settledAfterMs))} ms after the answer` : ''}; ${one[kind].length} rounds`,
    details: { rounds: one[kind], settledAfterMs, spread: spread(one[kind].map(({ perSecond }) => perSecond)) },
  };
}
