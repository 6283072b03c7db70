/** The figures of a run, from its claims. Plain data: this is what `--json` writes. */
import type { Outcome } from '../history/attempt.ts';
import { type LatencyFigures, measureLatency } from './latency.ts';
import type { Claim, RunRecord } from './record.ts';

export interface ClaimFigures {
  readonly claims: number;
  readonly granted: number;
  /** By reason, and by who refused: the ledger (with an arrival) or the gate (from memory). */
  readonly refused: { readonly [reason in Exclude<Outcome, 'granted' | 'not_open'>]: { ledger: number; gate: number } };
  /** Claims whose outcome was learnt only by asking again after the run; they have no latency. */
  readonly lookedUp: number;
  readonly unanswered: number;
  /** Requests sent in all, repeats and retries included. */
  readonly sent: number;
  readonly retries: Readonly<{ [reason: string]: number }>;
  readonly errors: Readonly<{ [kind: string]: number }>;
  /** From the first planned press to the last outcome. */
  readonly durationSeconds: number;
  readonly claimsPerSecond: number;
  /** From the opening until the last granted buyer knew. */
  readonly lastGrantToldAfterMs: number | null;
  readonly latency: LatencyFigures | null;
  /** From the planned instant until this client had handed the claim to its connection: part of the latency above. */
  readonly sendDelay: LatencyFigures | null;
}

export function computeFigures(claims: readonly Claim[], record: RunRecord, lookedUp: number): ClaimFigures {
  const refused = {
    sold_out: { ledger: 0, gate: 0 },
    limit_reached: { ledger: 0, gate: 0 },
    closed: { ledger: 0, gate: 0 },
  };
  let firstIntendedAt = Number.POSITIVE_INFINITY;
  let lastAnsweredAt = 0;
  let lastGrantedAt = 0;
  let granted = 0;
  const latenciesMs: number[] = [];
  const sendDelaysMs: number[] = [];
  for (const { answer, intendedAt, firstSentAt, answeredAt } of claims) {
    firstIntendedAt = Math.min(firstIntendedAt, intendedAt);
    lastAnsweredAt = Math.max(lastAnsweredAt, answeredAt);
    if (firstSentAt > 0) sendDelaysMs.push(firstSentAt - intendedAt);
    if (answeredAt > 0) latenciesMs.push(answeredAt - intendedAt);
    if (answer === null || answer.outcome === null || answer.outcome === 'not_open') continue;
    if (answer.outcome !== 'granted') refused[answer.outcome][answer.arrival === null ? 'gate' : 'ledger'] += 1;
    else {
      granted += 1;
      lastGrantedAt = Math.max(lastGrantedAt, answeredAt);
    }
  }
  const durationSeconds = latenciesMs.length === 0 ? 0 : (lastAnsweredAt - firstIntendedAt) / 1000;
  return {
    claims: claims.length,
    granted,
    refused,
    lookedUp,
    unanswered: claims.filter((claim) => claim.answer === null).length,
    sent: record.attempts.filter((attempt) => attempt.kind === 'claim').length,
    retries: Object.fromEntries(record.retries),
    errors: Object.fromEntries(record.errors),
    durationSeconds,
    claimsPerSecond: durationSeconds === 0 ? 0 : latenciesMs.length / durationSeconds,
    lastGrantToldAfterMs: lastGrantedAt === 0 ? null : lastGrantedAt - firstIntendedAt,
    latency: measureLatency(latenciesMs),
    sendDelay: measureLatency(sendDelaysMs),
  };
}
