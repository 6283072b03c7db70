/**
 * An open loop on the whole stack: people press at their own hours, whatever the answers take. All sockets follow the drop, as pages do.
 *
 *   all win         a unit for every press
 *   sold out early  the units are gone within the first two seconds; from then on most presses end at the gate
 */
import { below, type Figure } from '../figure.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { withFleet } from '../fleet/with-fleet.ts';
import { latenciesMs, latencyText, problemOf, runsText, type Sale } from '../loadtest.ts';
import { showProgress } from '../progress.ts';
import { median } from '../statistics.ts';

interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
  readonly rounds: number;
}

const PACES: readonly Pace[] = [
  { perSecond: 1_000, seconds: 60, rounds: 1 },
  { perSecond: 3_000, seconds: 10, rounds: 3 },
];
const QUICK_PACES: readonly Pace[] = [{ perSecond: 500, seconds: 4, rounds: 1 }];
const CASES = ['all win', 'sold out early'] as const;
const P95_MS_MAX = 500;
/** Far fewer than presses: what 10,000 open sockets cost is the sale's own row. */
const USERS = 2_000;

export function fleetRateFigures(quick: boolean): Promise<Figure[]> {
  showProgress(0, 1, 'fleet: starting');
  return withFleet(1, async (fleet) => {
    const figures: Figure[] = [];
    const paces = quick ? QUICK_PACES : PACES;
    for (const [place, pace] of paces.entries()) {
      const sales: Record<(typeof CASES)[number], Sale[]> = { 'all win': [], 'sold out early': [] };
      for (let round = 0; round < pace.rounds; round += 1) {
        for (const name of CASES) {
          showProgress(
            place + 1,
            paces.length,
            `fleet: ${paceText(pace)}, ${name}, run ${round + 1} of ${pace.rounds}`,
          );
          sales[name].push(await play(fleet, pace, name));
        }
      }
      for (const name of CASES) figures.push(figureOf(pace, name, sales[name]));
    }
    return figures;
  });
}

function play(fleet: Fleet, { perSecond, seconds }: Pace, name: (typeof CASES)[number]): Promise<Sale> {
  const presses = perSecond * seconds;
  const stock = name === 'all win' ? 2 * presses : perSecond;
  // Enough for each user's turns, which come evenly; and a late answer must not meet the next press of the same user.
  const limit = 2 * Math.ceil(presses / USERS);
  const people = ['--users', String(USERS), '--stock', String(stock), '--limit', String(limit)];
  return fleet.play([...people, '--rate', String(perSecond), '--seconds', String(seconds)]);
}

function figureOf(pace: Pace, name: string, sales: readonly Sale[]): Figure {
  const p95sMs = latenciesMs(sales, 'p95Ms');
  const p95Ms = median(p95sMs);
  const problems = sales.map(problemOf).filter((problem) => problem !== '');
  const granted = sales.map(({ claims }) => claims.granted.toLocaleString('en-US')).join(', ');
  const { text, met } = below(P95_MS_MAX, p95Ms, 'ms');
  return {
    what: `fleet, ${paceText(pace)}, ${name}, p95 from the intended instant`,
    value: p95Ms,
    unit: 'ms',
    remark: `${problems.join('; ') || 'no errors, clean history'}; ${latencyText(sales, 'p50Ms', 'p99Ms', 'maxMs')}; granted ${granted}; ${runsText(sales)}`,
    target: { text: `${text}, no errors`, met: met && problems.length === 0 },
    details: { p95sMs, sales },
  };
}

function paceText({ perSecond, seconds }: Pace): string {
  return `${perSecond.toLocaleString('en-US')} claims/s for ${seconds} s`;
}
