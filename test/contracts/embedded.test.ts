import { expect, it } from 'vitest';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import { EmbeddedInFlightLock } from '../../src/adapters/embedded-in-flight-lock.ts';
import { broadcastContract } from './broadcast-contract.ts';
import { inFlightLockContract } from './in-flight-lock-contract.ts';

inFlightLockContract('embedded', () => [new EmbeddedInFlightLock()]);
broadcastContract('embedded', async () => [new EmbeddedBroadcast({ alone: true })]);

it('a process that cannot hear the others is never connected', () => {
  expect(new EmbeddedBroadcast({ alone: false }).connected).toBe(false);
});
