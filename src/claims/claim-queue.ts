/**
 * The queue of claims between machines: durable, in order per drop, read by one sequencer per partition at a time, or by two for a moment after a rebalance
 * (the ledger's fence sorts that out). The port leaves out transactions and exactly-once delivery, because the ledger has both.
 */
import type { ClaimRequest } from '../ledger/ledger.ts';

/** The claims on one drop that one gateway gathered in a few milliseconds. */
export interface QueuedClaims {
  /** The asking gateway: where the outcomes go. */
  readonly from: string;
  readonly dropId: string;
  readonly claims: readonly ClaimRequest[];
}

/** What the queue delivered, as it stands there. */
export interface Delivery {
  /** The topic's id: another one when the topic was made anew. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Undefined for a record that cannot be read: it is nobody's claim, and is passed over. */
  readonly content: QueuedClaims | undefined;
}

export interface ClaimQueue {
  /** Resolves when the queue holds them for good. Throws when that is in doubt. */
  put(records: readonly QueuedClaims[]): Promise<void>;
  /** Delivers from where the last reader of each partition got to. Reconnects by itself. */
  read(reader: DeliveryReader): Promise<void>;
  /** The first offset that the queue still has: what came before was deleted, by age or by size. */
  earliest(partition: number): Promise<bigint>;
  /** The records of this partition before this offset are decided: they need not be delivered again. */
  applied(partition: number, offset: bigint): void;
  /** Delivers again: this partition from this offset, all others from where their last readers got to. */
  readAgain(partition: number, offset: bigint): void;
  /** Throws when the queue cannot be reached. Puts nothing. */
  probe(): Promise<void>;
  /** How many records wait in the whole queue, as of about a second ago; undefined while it cannot be known. */
  readonly lag: number | undefined;
  close(): Promise<void>;
}

export interface DeliveryReader {
  /** Called with one record after the other; resolves when more may come (not when it is decided). */
  deliver(delivery: Delivery): Promise<void> | void;
  /** These partitions are this process's now, and no others. */
  assigned(partitions: readonly number[]): void;
  /** The offset that each of these has to be read from. Throws when that cannot be known. */
  positionsOf(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>>;
}
