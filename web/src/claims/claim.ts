import type { GrantState } from '../grants/grant.ts';
import type { ClaimAnswer } from '../realtime/messages.ts';

/** One press of the button. It keeps its `requestId` until it is answered, over reloads and reconnects. */
export interface Press {
  requestId: string;
  dropId: string;
  /** A press belongs to who made it; after signing in as someone else it must not be sent. */
  accountId: string;
  pressedAt: number;
}

export type Answer = ClaimAnswer & {
  accountId: string;
  /** Answered on this page just now, so a win is celebrated; not stored, so a reload shows it calmly. */
  isFresh?: boolean;
  /** What has become of the unit since; absent while nothing has. */
  grantState?: GrantState;
  isPaying?: boolean;
};

export type Waiting =
  | { why: 'sent' }
  /** The server is busy and asked for patience; the press is repeated by itself. */
  | { why: 'busy' }
  /** The press is in the queue and keeps its place; the outcome comes by itself. */
  | { why: 'queued' }
  /** Neither the socket nor HTTP gets through; the press is sent on reconnect. */
  | { why: 'offline' }
  /** The press was early by the server's clock; it is repeated at the opening. */
  | { why: 'early' };

/** What the button and the stage show for a drop. */
export type ClaimView =
  | { is: 'unpressed' }
  | { is: 'waiting'; press: Press; waiting: Waiting }
  | { is: 'answered'; answer: Answer }
  /** Not answered after many attempts: the person decides to ask again, with the same press. */
  | { is: 'unanswered'; press: Press }
  | { is: 'failed'; reason: 'session_ended' | 'rejected' };

/**
 * A new id for each press; 122 random bits. crypto.randomUUID exists only in secure contexts, and a shop tried out in
 * the local network has none.
 */
export function newRequestId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
