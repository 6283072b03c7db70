/** The command line of `npm run cluster`. */
import { parseArgs } from 'node:util';

export interface ClusterOptions {
  readonly gateways: number;
  readonly sequencers: number;
  readonly workers: number;
  /** Where the shop is, on 127.0.0.1. */
  readonly port: number;
  readonly loadtest: boolean;
}

export const HELP = `The scaled system on this machine: PostgreSQL, Redis, Kafka and nginx of its own, gateways, sequencers, workers.
Everything listens on 127.0.0.1. All data is temporary: it is gone when the cluster ends.

  npm run cluster
  npm run cluster -- --gateways 4 --port 9000
  npm run cluster -- --loadtest      then, elsewhere: npm run loadtest -- --url … (it says how)

  --gateways N     (2)
  --sequencers N   (1)
  --workers N      (1)
  --port N         where the shop is (8080)
  --loadtest       lets administrators make thousands of accounts at once: LOADTEST_ENABLED
  --help

Settings of docs/settings.md are taken from the environment, but for those that the cluster sets itself: addresses, roles, ports, connections.
`;

export class WrongOption extends Error {}

/** Undefined: help is wanted. Throws WrongOption. */
export function readOptions(commandArguments: readonly string[]): ClusterOptions | undefined {
  const values = parse(commandArguments);
  if (values.help) return undefined;
  return {
    gateways: count('gateways', values.gateways, 50),
    sequencers: count('sequencers', values.sequencers, 50),
    workers: count('workers', values.workers, 50),
    port: count('port', values.port, 65_535),
    loadtest: values.loadtest,
  };
}

function parse(commandArguments: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandArguments],
      options: {
        gateways: { type: 'string', default: '2' },
        sequencers: { type: 'string', default: '1' },
        workers: { type: 'string', default: '1' },
        port: { type: 'string', default: '8080' },
        loadtest: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new WrongOption((error as Error).message);
  }
}

function count(name: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new WrongOption(`--${name} ${text}: must be a whole number from 1 to ${most}`);
}
