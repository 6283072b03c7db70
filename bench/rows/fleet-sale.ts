/** A whole sale on the whole stack, judged: PostgreSQL, Redis, Kafka, one gateway, one sequencer, one worker and the load test share this machine. */
import type { Figure } from '../figure.ts';
import { withFleet } from '../fleet/with-fleet.ts';
import type { Sale } from '../loadtest.ts';
import { showProgress } from '../progress.ts';
import { atOnceFigures } from '../sale-figures.ts';

const TRANSPORTS = ['ws', 'http'] as const;
const P95_MS_MAX = 1_000;

export function fleetSaleFigures(quick: boolean): Promise<Figure[]> {
  const users = quick ? 1_000 : 10_000;
  const stock = users / 10;
  const rounds = quick ? 1 : 3;
  const steps = rounds * TRANSPORTS.length;
  showProgress(0, steps, 'fleet: starting');
  return withFleet(1, async (fleet) => {
    const sales = { ws: [] as Sale[], http: [] as Sale[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [number, transport] of TRANSPORTS.entries()) {
        const step = round * TRANSPORTS.length + number + 1;
        showProgress(step, steps, `fleet, sale over ${transport}: ${users} users, ${stock} units`);
        const people = ['--users', String(users), '--stock', String(stock)];
        sales[transport].push(await fleet.play([...people, '--at-once', '--transport', transport]));
      }
    }
    return TRANSPORTS.flatMap((transport) => {
      const name = `fleet, sale over ${transport}, all at once`;
      return atOnceFigures({ name, sales: sales[transport], stock, p95MsMax: P95_MS_MAX });
    });
  });
}
