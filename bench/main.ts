/**
 * The project's own benchmarks: `npm run bench`. Prints every figure with what it is in relation to, then one table with targets, and writes all rounds as JSON.
 * A missed target is marked and changes nothing about the exit code: it is non-zero only when something could not be measured.
 *
 * Take figures on a quiet machine. Ratios (to an empty handler, between batch sizes, between transports) travel from one machine to another; absolute figures don't.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, figureTable } from './figure.ts';
import { describeMachine, type Machine } from './machine.ts';
import { help, type Options, readOptions, type Section } from './options.ts';
import { endProgress } from './progress.ts';
import { baselineFigures } from './rows/baselines.ts';
import { fleetCpuFigures } from './rows/fleet-cpu.ts';
import { fleetFanOutFigures } from './rows/fleet-fan-out.ts';
import { fleetGatewaysFigures } from './rows/fleet-gateways.ts';
import { fleetRateFigures } from './rows/fleet-rate.ts';
import { fleetSaleFigures } from './rows/fleet-sale.ts';
import { gatewayFigures } from './rows/gateway.ts';
import { grantsFigures } from './rows/grants.ts';
import { ledgerFigures } from './rows/ledger.ts';
import { memoryFigures } from './rows/memory.ts';
import { notificationFigures } from './rows/notifications.ts';
import { realtimeFigures } from './rows/realtime.ts';
import { reportFigures } from './rows/reports.ts';
import { saleFigures } from './rows/sale.ts';

const RUNS: Record<Section, (quick: boolean) => Promise<Figure[]>> = {
  ledger: ledgerFigures,
  gateway: gatewayFigures,
  sale: saleFigures,
  memory: memoryFigures,
  grants: grantsFigures,
  realtime: realtimeFigures,
  notifications: notificationFigures,
  reports: reportFigures,
  'fleet-sale': fleetSaleFigures,
  'fleet-rate': fleetRateFigures,
  'fleet-gateways': fleetGatewaysFigures,
  'fleet-cpu': fleetCpuFigures,
  'fleet-fanout': fleetFanOutFigures,
  baselines: baselineFigures,
};

async function main(options: Options): Promise<number> {
  const machine = describeMachine();
  console.log(machineLine(machine));
  if (options.quick)
    console.log('Quick: fewer and shorter rounds. These figures show that it works, not how fast it is.');
  const startedAt = new Date();
  const figures: Figure[] = [];
  const failures: string[] = [];
  for (const section of options.only) {
    try {
      const found = await RUNS[section](options.quick);
      endProgress();
      console.log(`\n${figureTable(found)}`);
      figures.push(...found);
    } catch (error) {
      endProgress();
      console.error(`\n${section} could not be measured:`, error);
      failures.push(section);
    }
  }

  const targets = figures.filter(({ target }) => target);
  console.log(`\nTargets\n\n${figureTable(targets)}`);
  const missed = targets.filter(({ target }) => !target?.met).length;
  console.log(`\n${targets.length - missed} of ${targets.length} targets met`);
  const file = options.jsonFile ?? defaultFile(startedAt);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ startedAt, quick: options.quick, machine, figures, failures }, null, 2)}\n`);
  console.log(`All rounds are in ${file}`);
  return failures.length > 0 ? 1 : 0;
}

function machineLine({ cpu, cores, memoryMib, system, node, syncToDiskMs, pinned }: Machine): string {
  const pinning = pinned
    ? 'server and client pinned to a core each'
    : 'NOT PINNED: server and client share their cores';
  const disk =
    syncToDiskMs < 0.02
      ? 'THE TEMPORARY FOLDER IS NOT ON A DISK'
      : `a write to disk takes ${syncToDiskMs.toFixed(2)} ms`;
  return `${cpu}, ${cores} cores, ${memoryMib} MiB, ${system}, Node.js ${node}\n${disk}; ${pinning}`;
}

function defaultFile(startedAt: Date): string {
  const name = `${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}.json`;
  return join(dirname(fileURLToPath(import.meta.url)), 'results', name);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
