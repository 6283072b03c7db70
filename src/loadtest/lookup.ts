/**
 * After the run: claims without an outcome are asked for, so that each resolves to one answer. The ledger may still be
 * taking one whose connection was lost, so "no such claim" is believed only when it is said again. One that is told to be
 * queued is asked for until all the time is over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { HttpConnection } from './http-client.ts';
import type { Claim, RunRecord } from './record.ts';
import { forEachBounded, within } from './wait.ts';

const askingAtOnce = 32;
const tries = 3;
const betweenTriesMs = 1000;
const answerWithinMs = 15_000;
/** All of it together: a server that is gone must not keep a run with thousands of unanswered claims for hours. */
const allWithinMs = 90_000;

/** Asks for each claim that has no outcome; returns how many got one. What stays without is counted as an error. */
export async function lookUpUnanswered(
  url: URL,
  claims: readonly Claim[],
  record: RunRecord,
  signal: AbortSignal,
): Promise<number> {
  let resolved = 0;
  const deadline = performance.now() + allWithinMs;
  const connections: HttpConnection[] = [];
  await forEachBounded(
    claims.filter((claim) => claim.answer === null),
    askingAtOnce,
    signal,
    async (claim) => {
      const connection = connections.pop() ?? new HttpConnection(url);
      if (performance.now() < deadline) claim.answer = await lookUp(connection, claim, record, deadline, signal);
      connections.push(connection);
      if (claim.answer === null) record.countError('no_answer');
      else resolved += 1;
    },
  );
  for (const connection of connections) connection.close();
  return resolved;
}

async function lookUp(
  connection: HttpConnection,
  claim: Claim,
  record: RunRecord,
  deadline: number,
  signal: AbortSignal,
): Promise<Answer | null> {
  let wasAsked = false;
  for (let attempt = 0; attempt < tries && performance.now() < deadline; ) {
    if (wasAsked) await sleep(betweenTriesMs, undefined, { signal });
    wasAsked = true;
    const sentAt = performance.now();
    const asked = new Promise<Answer | null>((resolve) =>
      connection.lookUp(claim.buyer, record.dropId, claim.requestId, resolve),
    );
    const answer = await within(asked, answerWithinMs, 'asking again', signal).catch(() => {
      signal.throwIfAborted();
      connection.close();
      return null;
    });
    record.keep(claim, 'lookup', sentAt, answer, answer === null ? null : performance.now());
    if (answer?.outcome != null) return answer;
    if (answer?.errorCode !== 'queued') attempt += 1;
  }
  return null;
}
