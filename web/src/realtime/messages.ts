/** Everything that the server tells over the socket (docs/socket.md). */
import type { DropState } from '../drops/drop.ts';
import type { Grant } from '../grants/grant.ts';
import type { Payment } from '../payments/payment.ts';

export interface LiveDrop {
  type: 'drop';
  dropId: string;
  state: DropState;
  remaining: number;
  stock: number;
  waitingLine: boolean;
  waiting: number;
  lastGrantedArrival: number | null;
  opensAt: string;
  closesAt: string | null;
  /** Of the drop's terms, as `Drop` has it. */
  version?: string;
  serverTime: string;
}

/** The answer to a claim, with the same fields over the socket and over HTTP. */
export interface ClaimAnswer {
  requestId: string;
  dropId: string;
  outcome: 'granted' | 'not_open' | 'closed' | 'sold_out' | 'limit_reached';
  arrival?: number;
  grantId?: string;
  serial?: number;
  code?: string | null;
  validUntil?: string | null;
  holdUntil?: string | null;
  opensAt?: string;
}

/** Something has become of a grant of mine. `unpaid`: a payment failed, and it may be paid again while its hold lasts. */
export interface GrantNews {
  type: 'grant';
  cursor: string;
  because: 'granted' | 'offered' | 'expired' | 'used' | 'cancelled' | 'returned' | 'confirmed' | 'paying' | 'unpaid';
  grant: Grant;
}

/** One entry of my notification centre (`GET /v1/me/notifications`), in the language that the account reads. */
export interface Notification {
  id: string;
  type: string;
  title: string;
  text: string;
  /** The page that it is about; null for none. */
  path: string | null;
  toldAt: string;
  readAt: string | null;
}

/** My place in the waiting line of a watched drop; null: I am not in it any more. */
export interface LineNews {
  type: 'line';
  dropId: string;
  position: number | null;
  waiting: number;
  arrival?: number;
}

export interface SocketError {
  type: 'error';
  code: string;
  detail?: string;
  requestId?: string;
  dropId?: string;
  retryAfterSeconds?: number;
}

export interface Welcome {
  type: 'welcome';
  serverTime: string;
  account: { id: string } | null;
  /** Where this connection's messages begin. */
  cursor: string | null;
  /** Whether they go on where this page has heard the last one. */
  resumed: boolean;
}

export type ServerMessage =
  | Welcome
  | LiveDrop
  | ({ type: 'outcome' } & ClaimAnswer)
  /** The claim is in the queue; its outcome comes later. */
  | { type: 'queued'; requestId: string; dropId: string }
  | GrantNews
  | LineNews
  | { type: 'payment'; cursor: string; payment: Payment }
  | { type: 'notification'; cursor: string; notification: Notification }
  | { type: 'pong'; serverTime: string; cursor?: string }
  | SocketError;
