/** Everything that travels over the socket (docs/socket.md), by direction. */
import type { DropState } from '../drops/drop.ts';
import type { Grant } from '../grants/grant.ts';
import type { Payment } from '../payments/payment.ts';

export type ClientMessage =
  | { type: 'authenticate'; token?: string }
  | { type: 'watch'; dropIds: string[] }
  | { type: 'claim'; requestId: string; dropId: string }
  | { type: 'ping' };

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
  because: 'offered' | 'expired' | 'used' | 'cancelled' | 'returned' | 'confirmed' | 'paying' | 'unpaid';
  grant: Grant;
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
  retryAfterSeconds?: number;
}

export type ServerMessage =
  | { type: 'welcome'; serverTime: string; heartbeatSeconds: number; account: { id: string } | null }
  | LiveDrop
  | ({ type: 'outcome' } & ClaimAnswer)
  /** The claim is in the queue; its outcome comes later. */
  | { type: 'queued'; requestId: string; dropId: string }
  | GrantNews
  | LineNews
  | { type: 'payment'; payment: Payment }
  | { type: 'pong'; serverTime: string }
  | SocketError;

/** Null for what this version of the page does not know; newer servers may say more. */
export function parseServerMessage(text: unknown): ServerMessage | null {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('type' in value)) return null;
    return value as ServerMessage;
  } catch {
    return null;
  }
}
