/** The same load on one gateway and on two, among whom the users take turns: what a second gateway costs. The first half of the presses wins, the second comes too late. */
import type { Figure } from '../figure.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { runSteadyLoad, type SteadyRun } from '../fleet/steady-load.ts';
import { withFleet } from '../fleet/with-fleet.ts';
import { latencyText, problemOf, runsText } from '../loadtest.ts';
import { showProgress } from '../progress.ts';
import { median } from '../statistics.ts';

const GATEWAYS = [1, 2] as const;
const PER_SECOND = 2_000;
const USERS = 2_000;
const SETTLE_SECONDS = 0.5;
const RATIO_MAX = 1.3;

export function fleetGatewaysFigures(quick: boolean): Promise<Figure[]> {
  const seconds = quick ? 5 : 15;
  const rounds = quick ? 1 : 3;
  const presses = PER_SECOND * seconds;
  const steps = rounds * GATEWAYS.length;
  showProgress(0, steps, 'fleet: starting');
  return withFleet(GATEWAYS.length, async (fleet) => {
    const runs = { 1: [] as SteadyRun[], 2: [] as SteadyRun[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const count of GATEWAYS) {
        showProgress(round * GATEWAYS.length + count, steps, describe(count));
        runs[count].push(await run(fleet, count, seconds));
      }
    }
    const stock = presses / 2;
    const [one, two] = GATEWAYS.map((count) => figureOf(count, runs[count], stock));
    if (!one || !two) throw new Error('nothing was measured');
    const ratio = two.value / one.value;
    const ratios = runs[2].map((run, round) => gatewayUs(run) / gatewayUs(runs[1][round] ?? run));
    return [
      one,
      two,
      {
        what: 'fleet, CPU of two gateways to that of one, for the same claims',
        value: ratio,
        unit: '%',
        remark: `round by round ${ratios.map((each) => `${Math.round(each * 100)} %`).join(', ')}`,
        target: { text: `at most ${RATIO_MAX * 100} %`, met: ratio <= RATIO_MAX },
        details: { ratios },
      },
    ];
  });
}

function describe(count: number): string {
  return `fleet, ${PER_SECOND.toLocaleString('en-US')} claims/s, ${count === 1 ? 'one gateway' : 'two gateways'}`;
}

function run(fleet: Fleet, count: number, seconds: number): Promise<SteadyRun> {
  const presses = PER_SECOND * seconds;
  const people = { users: USERS, stock: presses / 2, limit: Math.ceil(presses / USERS) };
  const urls = fleet.urls.slice(0, count);
  return runSteadyLoad(fleet, { ...people, perSecond: PER_SECOND, seconds, settleSeconds: SETTLE_SECONDS, urls });
}

function gatewayUs({ usPerClaim }: SteadyRun): number {
  return usPerClaim['gateway'] ?? Number.NaN;
}

function figureOf(count: number, runs: readonly SteadyRun[], stock: number): Figure {
  const sales = runs.map(({ sale }) => sale);
  const problems = sales.map(problemOf).filter((problem) => problem !== '');
  const granted = sales.map(({ claims }) => claims.granted);
  return {
    what: `${describe(count)}: CPU of the gateways per claim`,
    value: median(runs.map(gatewayUs)),
    unit: 'µs',
    remark: `${problems.join('; ') || 'no errors, clean history'}; ${latencyText(sales, 'p50Ms', 'p95Ms')}; ${runsText(sales)}`,
    target: {
      text: `exactly ${stock.toLocaleString('en-US')} granted, no errors`,
      met: problems.length === 0 && granted.every((units) => units === stock),
    },
    details: { runs },
  };
}
