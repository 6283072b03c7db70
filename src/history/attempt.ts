/**
 * What one client saw. A history is the list of every attempt of every client: each time something was asked, with the
 * answer that came back, or none. Most ask about a claim; holders also ask for something to be done with their grant.
 *
 *   of a claim   claim    it was sent
 *                wait     it was sent to the waiting line: the server takes it as a claim first, and its answer is the claim's
 *                lookup   its answer was asked for again, which never takes a unit
 *   of a grant   use, cancel, pay   `requestId` is this call's own key, and `state` the state of the grant that was told
 *
 * Two kinds of answer to a claim must be told apart, because they promise different things:
 *
 *   ledger answer   `granted`, or a refusal with an `arrival`. It was decided in a transaction and holds for ever.
 *   gate refusal    a refusal without `arrival`. It was given from a gateway's memory; the claim entered no ledger, and
 *                   the same request may still get a ledger answer later. `not_open` is always of this kind.
 *
 * Everything else (429, 503, 500, a lost connection, a deadline) is no answer: the claim may or may not have been taken.
 */

export type Outcome = 'granted' | 'sold_out' | 'limit_reached' | 'closed' | 'not_open';

export const outcomes: readonly Outcome[] = ['granted', 'sold_out', 'limit_reached', 'closed', 'not_open'];

export type AttemptKind = 'claim' | 'wait' | 'lookup' | 'use' | 'cancel' | 'pay';

export interface Attempt {
  readonly userId: string;
  readonly dropId: string;
  readonly requestId: string;
  readonly kind: AttemptKind;
  readonly transport: 'http' | 'ws';
  /** When the person meant to press, when it was sent, when its answer was read: monotonic milliseconds of one clock. */
  readonly intendedAt: number;
  readonly sentAt: number;
  /** `null`: no answer ever came to this attempt. */
  readonly answeredAt: number | null;
  /** The HTTP status; `null` over the socket, and without an answer. */
  readonly status: number | null;
  /** `null` when the answer was an error, or there was none. */
  readonly outcome: Outcome | null;
  /** The stable code of an error, `null` with an outcome. */
  readonly errorCode: string | null;
  readonly arrival: number | null;
  readonly serial: number | null;
  readonly grantId: string | null;
  readonly code: string | null;
  /**
   * Of a grant: the state that it was told to be in now; `confirmed`, too, where a payment was told to have succeeded.
   * `null` or absent: none was told, or it was an error.
   */
  readonly state?: string | null;
}

/** What a holder asked of a grant, not of a claim. */
export function isOfGrant({ kind }: Attempt): boolean {
  return kind === 'use' || kind === 'cancel' || kind === 'pay';
}

/** An attempt that got an answer decided by the ledger. */
export function isLedgerAnswer(attempt: Attempt): boolean {
  if (attempt.outcome === null || attempt.outcome === 'not_open') return false;
  return attempt.outcome === 'granted' || attempt.arrival !== null;
}

/** An attempt that a gateway refused from memory. */
export function isGateRefusal(attempt: Attempt): boolean {
  return attempt.outcome !== null && !isLedgerAnswer(attempt);
}

/** The lookup said that the ledger has never seen the claim. */
export function isUnknownClaim(attempt: Attempt): boolean {
  return attempt.kind === 'lookup' && attempt.errorCode === 'claim_not_found';
}

/** A request is one user's press: its attempts share this key. A line feed occurs in no id. */
export function requestKey(of: { readonly userId: string; readonly requestId: string }): string {
  return `${of.userId}\n${of.requestId}`;
}
