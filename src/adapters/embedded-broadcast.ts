/** The broadcast of a process that has no way to others: because there are none, or because there is no Redis to reach them through. */
import type { Broadcast } from '../fleet/broadcast.ts';

export interface EmbeddedBroadcastOptions {
  /** Nobody else writes to the database, so nothing can be missed. Otherwise others may exist and are never heard. */
  readonly alone: boolean;
}

export class EmbeddedBroadcast implements Broadcast {
  readonly connected: boolean;

  constructor({ alone }: EmbeddedBroadcastOptions) {
    this.connected = alone;
  }

  publish(): void {}

  async subscribe(): Promise<void> {}

  onConnected(): void {}

  async close(): Promise<void> {}
}
