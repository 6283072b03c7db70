/** The command line of the load test: read, checked, every mistake named at once. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { help } from './help.ts';
import { readWholeSale, type WholeSaleOptions, wholeSaleDefaults, wholeSaleFlags } from './whole-sale/options.ts';

export interface Options {
  readonly users: number;
  readonly stock: number;
  readonly perUserLimit: number;
  readonly kind: 'coupon' | 'product';
  readonly transport: 'http' | 'ws';
  /** How people press: all at the opening, or over time. */
  readonly load:
    | { readonly mode: 'at-once'; readonly presses: number }
    | {
        readonly mode: 'rate';
        readonly perSecond: number;
        readonly seconds: number;
        readonly arrivals: 'poisson' | 'even';
      };
  /** How often each request is sent. */
  readonly repeat: number;
  readonly watch: boolean;
  /** `null`: it is only pressed, and nothing becomes of what was won. */
  readonly wholeSale: WholeSaleOptions | null;
  /** From the last intended press until everything unanswered is given up. */
  readonly timeoutSeconds: number;
  readonly leadSeconds: number | null;
  readonly seed: number;
  readonly jsonFile: string | null;
  /** The gateways of one shop; empty: start a server. */
  readonly urls: readonly URL[];
  readonly admin: { readonly login: string; readonly password: string | null };
}

/** A mistake on the command line: its message is for people, and needs no stack. */
export class UsageError extends Error {}

/** One connection needs one open file, and a process may have about 20,000. */
export const connectionsMax = 18_000;
const plainDefaults = { stock: '100', kind: 'coupon' };

const flags = {
  users: { type: 'string', default: '1000' },
  stock: { type: 'string' },
  limit: { type: 'string', default: '1' },
  kind: { type: 'string' },
  transport: { type: 'string', default: 'ws' },
  'at-once': { type: 'boolean' },
  presses: { type: 'string' },
  rate: { type: 'string' },
  seconds: { type: 'string' },
  arrivals: { type: 'string' },
  repeat: { type: 'string', default: '1' },
  watch: { type: 'boolean', default: true },
  ...wholeSaleFlags,
  timeout: { type: 'string', default: '30' },
  lead: { type: 'string' },
  seed: { type: 'string', default: '1' },
  json: { type: 'string' },
  url: { type: 'string' },
  'admin-login': { type: 'string' },
  'admin-password': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} satisfies ParseArgsOptionsConfig;

type Environment = Readonly<Record<string, string | undefined>>;

/** The options, or the text of `--help`. Throws a `UsageError` that lists every mistake. */
export function readOptions(argv: readonly string[], environment: Environment): Options | { readonly help: string } {
  const given = parse(argv);
  if (given.help) return { help };
  const mistakes: string[] = [];
  const whole = (name: string, value: string | undefined, minimum: number, maximum: number): number => {
    const number = Number(value);
    if (/^\d+$/.test(value ?? '') && number >= minimum && number <= maximum) return number;
    mistakes.push(`--${name} must be a whole number from ${minimum} to ${maximum}, not ${JSON.stringify(value)}`);
    return minimum;
  };
  const seconds = (name: string, value: string, minimum: number, maximum: number): number => {
    const number = Number(value);
    if (/^\d+(\.\d+)?$/.test(value) && number >= minimum && number <= maximum) return number;
    mistakes.push(`--${name} must be seconds from ${minimum} to ${maximum}, not ${JSON.stringify(value)}`);
    return minimum;
  };
  const oneOf = <Choice extends string>(name: string, value: string, ...choices: [Choice, ...Choice[]]): Choice => {
    const choice = choices.find((one) => one === value);
    if (choice === undefined) mistakes.push(`--${name} must be ${choices.join(' or ')}, not ${JSON.stringify(value)}`);
    return choice ?? choices[0];
  };
  const readLoad = (): Options['load'] => {
    if (given.rate === undefined && given.seconds === undefined) {
      if (given.arrivals !== undefined) mistakes.push('--arrivals belongs to --rate');
      return { mode: 'at-once', presses: whole('presses', given.presses ?? '1', 1, 50) };
    }
    if (given['at-once']) mistakes.push('--at-once and --rate exclude each other');
    if (given.presses !== undefined)
      mistakes.push('--presses belongs to --at-once: with --rate, users take turns until the time is over');
    const perSecond = whole('rate', given.rate, 1, 100_000);
    const seconds = whole('seconds', given.seconds, 1, 3600);
    return {
      mode: 'rate',
      perSecond,
      seconds,
      arrivals: oneOf('arrivals', given.arrivals ?? 'poisson', 'poisson', 'even'),
    };
  };
  const defaults = given['whole-sale'] ? wholeSaleDefaults : plainDefaults;
  const options: Options = {
    users: whole('users', given.users, 1, 1_000_000),
    stock: whole('stock', given.stock ?? defaults.stock, 1, 10_000_000),
    perUserLimit: whole('limit', given.limit, 1, 1000),
    kind: oneOf('kind', given.kind ?? defaults.kind, 'coupon', 'product'),
    transport: oneOf('transport', given.transport, 'ws', 'http'),
    load: readLoad(),
    repeat: whole('repeat', given.repeat, 1, 20),
    watch: given.watch,
    wholeSale: readWholeSale(given, { whole, mistakes }),
    timeoutSeconds: seconds('timeout', given.timeout, 0.1, 600),
    leadSeconds: given.lead === undefined ? null : seconds('lead', given.lead, 0.1, 600),
    seed: whole('seed', given.seed, 0, 4_294_967_295),
    jsonFile: given.json ?? null,
    urls: given.url === undefined ? [] : readUrls(given.url, environment, mistakes),
    admin: {
      login: given['admin-login'] ?? environment['ADMIN_USERNAME'] ?? 'admin',
      password: given['admin-password'] ?? environment['ADMIN_PASSWORD'] ?? null,
    },
  };
  if (options.transport === 'ws' && options.users > connectionsMax) {
    mistakes.push(
      `--users ${options.users} over ws needs as many sockets, and one process can open ${connectionsMax}: use fewer, or --transport http, where users share connections`,
    );
  }
  if (options.wholeSale !== null && 2 * options.users > connectionsMax) {
    mistakes.push(
      `--users ${options.users} in a whole sale need a socket and an HTTP connection each, and one process can open ${connectionsMax}: use at most ${connectionsMax / 2}`,
    );
  }
  if (options.urls.length > 0 && options.admin.password === null) {
    mistakes.push('--url needs the administrator’s password: --admin-password, or ADMIN_PASSWORD in the environment');
  }
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  return options;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowNegative: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

function readUrls(text: string, environment: Environment, mistakes: string[]): URL[] {
  return text.split(',').flatMap((one) => readUrl(one.trim(), environment, mistakes) ?? []);
}

/** Load is only ever sent to this machine, unless the environment says that another one may have it. */
function readUrl(text: string, environment: Environment, mistakes: string[]): URL | null {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:' || url.pathname !== '/' || url.search !== '') {
    mistakes.push(`--url must look like http://127.0.0.1:8080, not ${JSON.stringify(text)}`);
    return null;
  }
  if (!loopback.has(url.hostname) && environment['LOADTEST_REMOTE'] !== '1') {
    mistakes.push(`--url ${text} is another machine: set LOADTEST_REMOTE=1 if it is yours and may be loaded`);
  }
  return url;
}
