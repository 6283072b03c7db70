import { parseArgs } from 'node:util';
import { FAULTS } from './faults.ts';
import { ALL, SCENARIOS } from './scenarios.ts';

export interface Options {
  readonly scenarios: readonly string[];
  readonly seeds: readonly number[];
  readonly quick: boolean;
  readonly baseline: 'redis-script' | null;
}

export const help = `npm run chaos -- [--seed N | --seeds N] [--only LIST] [--quick] [--baseline redis-script]

  Sales on a fleet of real processes, with faults. Without options: each scenario once.

  --seed N      "${ALL}" with this seed: the same seed plays the same schedule
  --seeds N     "${ALL}" with the seeds 1 to N
  --only LIST   these scenarios, with commas between them
  --quick       fewer people, shorter sales
  --baseline    the same schedule against a usual design (bench/baselines), to see what it loses

Scenarios
  ${SCENARIOS.map(({ name }) => name).join('\n  ')}

Faults
${FAULTS.map(({ name, done, never }) => `  ${name}: ${done}.\n      Never: ${never}.`).join('\n')}
`;

/** Throws, with what is wrong, for people. */
export function readOptions(commandLine: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      baseline: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  if (values.seed !== undefined && values.seeds !== undefined) throw new Error('--seed or --seeds, not both');
  if (values.baseline !== undefined && values.baseline !== 'redis-script')
    throw new Error('--baseline knows redis-script');
  const chosen = values.only?.split(',').map((name) => name.trim());
  const unknown = chosen?.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`--only does not know ${unknown.join(', ')}`);
  const count = values.seeds === undefined ? undefined : wholeNumber('--seeds', values.seeds);
  const everyScenario = SCENARIOS.map(({ name }) => name).filter((name) => name !== 'short');
  return {
    scenarios: chosen ?? (count === undefined && values.seed === undefined ? everyScenario : [ALL]),
    seeds:
      count === undefined
        ? [wholeNumber('--seed', values.seed ?? '1')]
        : Array.from({ length: count }, (_, index) => index + 1),
    quick: values.quick,
    baseline: values.baseline ?? null,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name} must be a whole number from 1`);
  return Number(text);
}
