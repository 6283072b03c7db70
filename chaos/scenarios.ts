/** The sales that are played: which faults, how many people, how long. */
import { FAULTS } from './faults.ts';

export interface Scenario {
  readonly name: string;
  /** In this order, spread over the sale; the same one may come several times. */
  readonly faults: readonly string[];
  readonly isShuffled: boolean;
  /** Each request is sent 2 to 10 times, some of them at the same instant, to both gateways. */
  readonly repeats: boolean;
  readonly users: number;
  readonly pressesPerUser: number;
  readonly lengthMs: number;
  /** Units are left to the end, so that the ledger, not a gate, answers until then: a sequencer always has work. */
  readonly isAmple: boolean;
  /** It has failed when nobody was fenced off: then the fault has not done what it is for. */
  readonly mustFenceOff: boolean;
}

const SALE = {
  isShuffled: false,
  repeats: false,
  users: 250,
  pressesPerUser: 2,
  lengthMs: 6_000,
  isAmple: false,
  mustFenceOff: false,
};
/** What takes a moment comes several times in one sale. */
const TIMES: Readonly<Record<string, number>> = {
  'gateway-kill': 3,
  'sequencer-kill': 3,
  'sequencer-kill-after-commit': 2,
  'sequencer-freeze': 2,
  'worker-kill': 3,
  'postgres-kill': 2,
  'redis-kill': 2,
  'redis-flush': 5,
};

export const ALL = 'all';

export const SCENARIOS: readonly Scenario[] = [
  ...FAULTS.map(({ name }) => ({
    ...SALE,
    name,
    faults: Array.from({ length: TIMES[name] ?? 1 }, () => name),
    isAmple: name.startsWith('sequencer-'),
    mustFenceOff: name === 'sequencer-freeze',
    lengthMs: (TIMES[name] ?? 1) > 1 ? 9_000 : 6_000,
  })),
  // What was told and is in memory only is gone then.
  { ...SALE, name: 'redis-kill-while-postgres-is-down', faults: ['postgres-stop', 'redis-kill'] },
  { ...SALE, name: 'duplicates', faults: [], repeats: true },
  {
    ...SALE,
    name: ALL,
    faults: FAULTS.map(({ name }) => name),
    isShuffled: true,
    repeats: true,
    users: 320,
    lengthMs: 25_000,
  },
  {
    ...SALE,
    name: 'short',
    faults: [
      'gateway-kill',
      'sequencer-kill-after-commit',
      'postgres-kill',
      'redis-kill',
      'kafka-freeze',
      'worker-kill',
    ],
    isShuffled: true,
    repeats: true,
    users: 200,
    lengthMs: 7_000,
  },
];

export function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}
