/** What a crowd was told, counted. */
import type { Crowd } from './crowd.ts';

/** `not_open` always is the gate's, and a grant never. */
const NEVER_AT_GATE = new Set(['granted', 'not_open']);

/** From the planned instant until the answer, of the person who waited longest. */
export function slowestAnswerMs({ claims }: Crowd): number {
  return Math.max(0, ...claims.map(({ answeredAt, intendedAt }) => answeredAt - intendedAt));
}

/** Answers to all sendings, by outcome (a gate's apart) or by why there was none. */
export function countAnswers({ attempts }: Crowd): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, outcome, arrival, errorCode, answeredAt } of attempts) {
    if (kind === 'lookup') continue;
    const atGate = outcome !== null && !NEVER_AT_GATE.has(outcome) && arrival === null ? ' (gate)' : '';
    const name = outcome === null ? (errorCode ?? (answeredAt === null ? 'lost' : 'unknown')) : `${outcome}${atGate}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
