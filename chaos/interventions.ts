/** What faults need besides signals. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from 'redis';
import type { FleetProcess } from './fleet-process.ts';
import type { Target } from './target.ts';

const BLOCKED_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 10;

/** Processes are known to PostgreSQL by their names: see fleet.ts. */
const BLOCKED = `
  select application_name as name from pg_stat_activity
  where wait_event_type = 'Lock' and query like '%claim_queued%' and pid <> pg_backend_pid()`;

/**
 * Holds back the positions of the queue until a sequencer waits for one with a batch, and lets go when `act` is done with it. So the batch of a sequencer that `act`
 * froze is committed, and its process does not know. Returns that sequencer; when nobody decides anything just now, one by chance.
 */
export async function withPositionsHeld(
  target: Target,
  choice: number,
  act: (deciding: FleetProcess) => void | Promise<void>,
): Promise<FleetProcess> {
  const holder = new pg.Client({ connectionString: target.servers.postgres.url, connectionTimeoutMillis: 2_000 });
  holder.on('error', () => {});
  try {
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from intake_positions order by topic, partition for update');
    const deadline = performance.now() + BLOCKED_WITHIN_MS;
    while (performance.now() < deadline) {
      const { rows } = await holder.query<{ name: string }>(BLOCKED);
      const blocked = target.of('sequencer').find(({ name }) => name === rows[0]?.name);
      if (blocked !== undefined) {
        await act(blocked);
        await holder.query('rollback');
        // Its statement goes on now, and commits.
        await sleep(100);
        return blocked;
      }
      await sleep(LOOK_EVERY_MS);
    }
  } catch {
    // PostgreSQL is away: somebody else's fault.
  } finally {
    await holder.end().catch(() => {});
  }
  const anyone = await target.working('sequencer', choice);
  await act(anyone);
  return anyone;
}

export async function emptyRedis(url: string): Promise<void> {
  const client = createClient({ url, socket: { connectTimeout: 1_000, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.flushAll();
  } catch {
    // It is away, and comes back empty.
  } finally {
    client.destroy();
  }
}
