/** The fleet of a row of the benchmarks. */

import { startServers } from '../../ops/servers/all.ts';
import { Fleet } from './fleet.ts';
import { BENCH_SERVERS } from './servers.ts';

/** A fleet with Kafka and with servers of its own, warm, for as long as `measure` takes. Says so when it was not the queue that was measured, or something failed. */
export async function withFleet<Result>(gateways: number, measure: (fleet: Fleet) => Promise<Result>): Promise<Result> {
  const servers = await startServers(BENCH_SERVERS);
  try {
    const fleet = await Fleet.start({ gateways, servers, databaseUrl: servers.postgres.url });
    try {
      await fleet.warmUp();
      const [before, earlier] = [await fleet.decided(), fleet.complaints()];
      const result = await measure(fleet);
      const after = await fleet.decided();
      const direct = after.gateways - before.gateways;
      const queued = after.sequencer - before.sequencer;
      process.stderr.write(`${queued} claims were decided by the sequencer, ${direct} by gateways past the queue\n`);
      for (const [what, count] of fleet.complaints())
        if (count > (earlier.get(what) ?? 0)) process.stderr.write(`${count - (earlier.get(what) ?? 0)} × ${what}\n`);
      return result;
    } finally {
      await fleet.stop();
    }
  } finally {
    await servers.stop();
  }
}
