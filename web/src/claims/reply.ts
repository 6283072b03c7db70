import { requestAsMember } from '../accounts/session.ts';
import { Problem } from '../http/problem.ts';
import type { ClaimAnswer } from '../realtime/messages.ts';
import type { Press } from './claim.ts';

/** What one attempt to deliver a press led to; the same for the socket and for HTTP. */
export type Reply =
  | { is: 'answer'; answer: ClaimAnswer }
  /** Ask again with the same id. `isCrowded` when the server is busy, not merely with this very claim. */
  | { is: 'later'; afterSeconds: number | null; isCrowded: boolean }
  /** It is in the queue and keeps its place: the outcome comes over the socket. Asking again does no harm. */
  | { is: 'queued'; afterSeconds: number | null }
  | { is: 'unreachable' }
  | { is: 'unauthenticated' }
  | { is: 'rejected' };

const outcomes = new Set<string>(['granted', 'not_open', 'closed', 'sold_out', 'limit_reached']);
const passing = new Set(['overloaded', 'ledger_unavailable', 'shutting_down', 'internal', 'rate_limited']);

export function replyFromError(code: string, retryAfterSeconds: number | null): Reply {
  if (code === 'claim_in_flight') return { is: 'later', afterSeconds: retryAfterSeconds, isCrowded: false };
  if (passing.has(code)) return { is: 'later', afterSeconds: retryAfterSeconds, isCrowded: true };
  if (code === 'unauthenticated' || code === 'session_ended') return { is: 'unauthenticated' };
  // A code of a newer server that says when to come back is worth another try; the rest can only fail again.
  if (retryAfterSeconds !== null) return { is: 'later', afterSeconds: retryAfterSeconds, isCrowded: true };
  return { is: 'rejected' };
}

/** Delivers a press over HTTP, refreshing the token on the way if need be. */
export async function postClaim(press: Press): Promise<Reply> {
  try {
    const body = await requestAsMember<Record<string, unknown>>(
      `/v1/drops/${encodeURIComponent(press.dropId)}/claims`,
      { method: 'POST', headers: { 'idempotency-key': press.requestId } },
    );
    // 202: accepted into the queue and not decided yet.
    return answerIn(body, press) ?? { is: 'queued', afterSeconds: null };
  } catch (error) {
    if (!(error instanceof Problem)) return { is: 'unreachable' };
    if (error.status === 401) return { is: 'unauthenticated' };
    const answer = answerIn({ outcome: error.code, ...error.body }, press);
    if (answer) return answer;
    const retryAfter = error.retryAfterSeconds;
    return error.status >= 500 ? replyFromError('internal', retryAfter) : replyFromError(error.code, retryAfter);
  }
}

function answerIn(body: Record<string, unknown>, press: Press): Reply | null {
  const outcome = body['outcome'];
  if (typeof outcome !== 'string' || !outcomes.has(outcome)) return null;
  return { is: 'answer', answer: { ...body, requestId: press.requestId, dropId: press.dropId } as ClaimAnswer };
}
