/**
 * What the claims travel on. A connection belongs to one buyer, or over HTTP to several; it never repeats anything by
 * itself. Whatever was sent gets exactly one reply: an answer, or `null` when the connection was lost first.
 */
import type { Answer } from './answer.ts';

export interface Buyer {
  readonly id: string;
  readonly accessToken: string;
}

export type Reply = (answer: Answer | null) => void;

export interface Connection {
  /** Connects, and over the socket authenticates. Rejects when that fails. */
  open(): Promise<void>;
  /** The bytes of a claim, made before they are needed: at the opening only writing is left. */
  prepareClaim(buyer: Buyer, dropId: string, requestId: string): Buffer;
  /** Sends a prepared claim, after connecting again if the connection was lost. */
  sendClaim(prepared: Buffer, requestId: string, reply: Reply): void;
  /** Closes for good; what was not answered is replied `null`. */
  close(): void;
}
