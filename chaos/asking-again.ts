/**
 * After the sale, when all stands again: whoever was ever left without an answer asks for it at each gateway, by looking it up and by repeating the request. Every gateway
 * must have an answer for them; one that has none is stuck, whatever the other one says.
 */
import type { Attempt } from '../src/history/attempt.ts';
import { HttpConnection } from '../src/loadtest/http-client.ts';
import { Presser } from '../src/loadtest/presser.ts';
import type { Claim, RunRecord } from '../src/loadtest/record.ts';
import { forEachBounded, within } from '../src/loadtest/wait.ts';
import type { Crowd } from './crowd.ts';

const AT_ONCE = 32;
const PATIENCE_MS = 20_000;
const ANSWER_WITHIN_MS = 5_000;

/** Returns those whom a gateway did not answer, in words. */
export async function askAgain(gateways: readonly URL[], crowd: Crowd, signal: AbortSignal): Promise<string[]> {
  const inDoubt = new Set(crowd.attempts.filter(isUnanswered).map(keyOf));
  const asking = crowd.claims.filter(({ buyer, requestId }) => inDoubt.has(`${buyer.id} ${requestId}`));
  const stuck: string[] = [];
  for (const url of gateways) {
    await forEachBounded(asking, AT_ONCE, signal, async (claim) => {
      const connection = new HttpConnection(url);
      await lookUp(connection, claim, crowd.record, signal);
      const isAnswered = await repeat(connection, claim, crowd.record, signal);
      if (!isAnswered) stuck.push(`user ${claim.buyer.id}, request ${claim.requestId} gets no answer from ${url.host}`);
    });
  }
  return stuck;
}

/** A short while ago it may not have been known yet: `claim_not_found` is an answer for the checker to judge. */
async function lookUp(connection: HttpConnection, claim: Claim, record: RunRecord, signal: AbortSignal): Promise<void> {
  const sentAt = performance.now();
  const asked = new Promise<Parameters<RunRecord['keep']>[3]>((resolve) =>
    connection.lookUp(claim.buyer, record.dropId, claim.requestId, resolve),
  );
  const answer = await within(asked, ANSWER_WITHIN_MS, 'looking up', signal).catch(() => null);
  record.keep(claim, 'lookup', sentAt, answer, answer === null ? null : performance.now());
  if (claim.answer === null && answer?.outcome != null) claim.answer = answer;
}

async function repeat(
  connection: HttpConnection,
  claim: Claim,
  record: RunRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const presser = new Presser([connection], record, PATIENCE_MS, ANSWER_WITHIN_MS);
  const intendedAt = performance.now();
  const again = { ...claim, ...{ connectionIndex: 0, intendedAt, copiesLater: 0, answer: null, prepared: undefined } };
  presser.press(again, 1);
  await within(presser.whenDone(), PATIENCE_MS + ANSWER_WITHIN_MS, 'asking again', signal).catch(() => {
    signal.throwIfAborted();
  });
  presser.giveUp();
  connection.close();
  claim.answer ??= again.answer;
  return again.answer !== null;
}

function isUnanswered({ outcome }: Attempt): boolean {
  return outcome === null;
}

function keyOf({ userId, requestId }: Attempt): string {
  return `${userId} ${requestId}`;
}
