import { parseArgs } from 'node:util';

export const SECTIONS = [
  'ledger',
  'gateway',
  'sale',
  'memory',
  'grants',
  'realtime',
  'notifications',
  'reports',
  'fleet-sale',
  'fleet-rate',
  'fleet-gateways',
  'fleet-cpu',
  'fleet-fanout',
  'baselines',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface Options {
  readonly only: readonly Section[];
  /** Fewer and shorter rounds: tells whether it works, not how fast it is. */
  readonly quick: boolean;
  /** Undefined: bench/results/<date>.json. */
  readonly jsonFile: string | undefined;
}

export const help = `npm run bench -- [--only PART,…] [--quick] [--json FILE]

  ledger          claims committed per second, by batch size, on PostgreSQL and on PGlite
  gateway         refusals per second of one gateway process over HTTP and WebSocket, beside an empty node:http handler
  sale            the load test: 10,000 users press at once, over HTTP and over WebSocket
  memory          the server with 10,000 open sockets
  grants          10,000 slots that end at once, with a line of people who wait; coupons used and cancelled
  realtime        10,000 sockets on one gateway: told of a sold-out, broken all at once, resumed
  notifications   10,000 people who are told of an opening in the same second, on their sockets and by email
  reports         the dashboard and a sale's monitor with a year of everything behind them

The whole stack on this machine, PostgreSQL, Redis, Kafka, gateways, a sequencer, a worker:

  fleet-sale      10,000 users press at once
  fleet-rate      presses at a rate: 1,000 claims a second for a minute, 3,000 for ten seconds
  fleet-gateways  the same load on one gateway and on two
  fleet-cpu       CPU time of a claim, by process
  fleet-fanout    from a commit to the sockets on another gateway
  baselines       three usual designs beside ours
`;

/** Throws, with what is wrong, for people. */
export function readOptions(commandLine: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const chosen = values.only?.split(',').map((name) => name.trim());
  const unknown = chosen?.filter((name) => !SECTIONS.some((section) => section === name));
  if (unknown && unknown.length > 0) throw new Error(`--only knows ${SECTIONS.join(', ')}, not ${unknown.join(', ')}`);
  return {
    only: SECTIONS.filter((section) => !chosen || chosen.includes(section)),
    quick: values.quick,
    jsonFile: values.json,
  };
}
