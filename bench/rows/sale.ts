/** A whole sale, judged: the load test with everybody pressing at the opening, server and load on the same machine, over both transports. */
import type { Figure } from '../figure.ts';
import { playSale, type Sale } from '../loadtest.ts';
import { showProgress } from '../progress.ts';
import { atOnceFigures } from '../sale-figures.ts';

const TRANSPORTS = ['http', 'ws'] as const;
const P95_MS_MAX = 500;

export async function saleFigures(quick: boolean): Promise<Figure[]> {
  const users = quick ? 1_000 : 10_000;
  const stock = users / 10;
  const rounds = quick ? 1 : 3;
  const sales = { http: [] as Sale[], ws: [] as Sale[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [number, transport] of TRANSPORTS.entries()) {
      const step = round * TRANSPORTS.length + number + 1;
      showProgress(step, rounds * TRANSPORTS.length, `sale over ${transport}: ${users} users, ${stock} units`);
      sales[transport].push(await runSale(transport, users, stock));
    }
  }
  return TRANSPORTS.flatMap((transport) =>
    atOnceFigures({
      name: `sale over ${transport}, all at once`,
      sales: sales[transport],
      stock,
      p95MsMax: P95_MS_MAX,
    }),
  );
}

function runSale(transport: string, users: number, stock: number): Promise<Sale> {
  return playSale(['--users', String(users), '--stock', String(stock), '--at-once', '--transport', transport]);
}
