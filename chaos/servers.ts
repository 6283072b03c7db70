/** PostgreSQL, Redis and Kafka for the fleet, as real processes that can be stopped, killed and frozen; and a folder for what it says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WantedServers } from '../ops/servers/all.ts';

export const CHAOS_SERVERS: WantedServers = {
  // Durable: it is killed, and what was acknowledged must have survived.
  postgres: { durable: true, settings: { max_connections: '200' } },
  // All is in memory, and gone after any end.
  redis: { durable: false },
  // Sessions as short as the tests want them.
  kafka: { durable: false, settings: { 'group.min.session.timeout.ms': '1000' } },
};

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'doorbuster-chaos-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
