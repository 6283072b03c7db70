/**
 * The product as a fleet of processes on this machine, for the benchmarks: gateways, one sequencer, one worker, each a `serve` of its own, on servers that the
 * caller has started. Nothing is pinned to a core: a fleet has more processes than this machine has cores.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Servers } from '../../ops/servers/all.ts';
import { freePort } from '../../ops/servers/free-port.ts';
import { processTree } from '../../ops/servers/process-tree.ts';
import type { Role } from '../../src/fleet/roles.ts';
import { type Api, signIn, untilReady } from '../api.ts';
import { playSale, type Sale } from '../loadtest.ts';
import { deleteFolder, hasEnded, startNode, stopProcess, temporaryFolder } from '../processes.ts';
import { messagesIn, readFigure } from './member-figures.ts';

export interface FleetPlan {
  readonly gateways: number;
  readonly servers: Servers;
  /** Of the database on that server. */
  readonly databaseUrl: string;
  /** Where several fleets share one Redis. */
  readonly redisPrefix?: string;
}

interface Member {
  readonly name: string;
  readonly role: Role;
  readonly url: string;
  readonly process: ChildProcess;
  readonly logFile: string;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CONNECTIONS_PER_PROCESS = 25;
const WARM_UP_USERS = 1_000;
/** Claims in batches. */
const DECIDED = 'doorbuster_batch_claims_sum';
/** They would lead elsewhere, and an empty setting counts as unset. */
const NOT_INHERITED = Object.fromEntries(
  ['KAFKA_TOPIC_PREFIX', 'KAFKA_TLS', 'KAFKA_USERNAME', 'KAFKA_PASSWORD'].map((name) => [name, '']),
);

export class Fleet {
  readonly api: Api;
  readonly secret: string;
  readonly servers: Servers;
  readonly databaseUrl: string;
  readonly #password: string;
  readonly #members: readonly Member[];
  readonly #folder: string;

  /** Without Kafka among the servers, gateways ask the ledger directly, and there is no sequencer. */
  static async start({ gateways, servers, databaseUrl, redisPrefix = '' }: FleetPlan): Promise<Fleet> {
    const folder = temporaryFolder();
    const password = randomBytes(12).toString('hex');
    const secret = randomBytes(32).toString('hex');
    const processes = gateways + 2;
    const environment = {
      ...NOT_INHERITED,
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      DATABASE_CONNECTIONS_MAX: String(processes * CONNECTIONS_PER_PROCESS),
      PROCESSES_MAX: String(processes),
      REDIS_URL: servers.redis.url,
      REDIS_PREFIX: redisPrefix,
      KAFKA_BROKERS: servers.kafka?.url ?? '',
      JWT_SECRET: secret,
      ADMIN_USERNAME: 'admin',
      ADMIN_EMAIL: 'admin@bench.invalid',
      ADMIN_PASSWORD: password,
      DEMO_DROPS: 'false',
      LOADTEST_ENABLED: 'true',
      LOG_LEVEL: 'warn',
    };
    const roles: Role[] = [
      ...Array.from({ length: gateways }, (): Role => 'gateway'),
      ...(servers.kafka ? (['sequencer'] as const) : []),
      'worker',
    ];
    const members: Member[] = [];
    try {
      for (const [place, role] of roles.entries()) {
        const [name, port] = [`${role}-${place + 1}`, await freePort()];
        const logFile = join(folder, `${name}.log`);
        const child = startNode(MAIN, ['serve', '--roles', role], {
          core: undefined,
          environment: { ...environment, PORT: String(port) },
          logFile,
        });
        members.push({ name, role, url: `http://127.0.0.1:${port}`, process: child, logFile });
      }
      await Promise.all(members.map(({ url, process: child }) => untilReady(url, () => hasEnded(child))));
      const api = await signIn(members[0]?.url ?? '', password);
      return new Fleet({ api, secret, servers, databaseUrl }, password, members, folder);
    } catch (error) {
      for (const { logFile } of members) process.stderr.write(readFileSync(logFile, 'utf8').slice(-2_000));
      await Promise.all(members.map(({ process: child }) => stopProcess(child)));
      deleteFolder(folder);
      throw error;
    }
  }

  private constructor(
    { api, secret, servers, databaseUrl }: Pick<Fleet, 'api' | 'secret' | 'servers' | 'databaseUrl'>,
    password: string,
    members: readonly Member[],
    folder: string,
  ) {
    this.api = api;
    this.secret = secret;
    this.servers = servers;
    this.databaseUrl = databaseUrl;
    this.#password = password;
    this.#members = members;
    this.#folder = folder;
  }

  /** Of the gateways. */
  get urls(): readonly string[] {
    return this.#members.filter(({ role }) => role === 'gateway').map(({ url }) => url);
  }

  /** The load test against some gateways; by default against all. */
  play(saleArguments: readonly string[], urls: readonly string[] = this.urls): Promise<Sale> {
    const environment = { ADMIN_USERNAME: 'admin', ADMIN_PASSWORD: this.#password };
    const playing = playSale([...saleArguments, '--url', urls.join(',')], environment);
    // Whoever fails while it runs does not come to wait for it; then its end is no news either.
    playing.catch(() => {});
    return playing;
  }

  /** A small sale that does not count: the first claims of a process cost several times as much as the later ones. */
  async warmUp(): Promise<void> {
    const users = String(WARM_UP_USERS);
    for (const transport of ['ws', 'http'])
      await this.play(['--users', users, '--stock', users, '--transport', transport, '--at-once']);
  }

  /** All processes of each part, of which /proc tells the CPU time. Gateways count apart where they are named. */
  processIds(gatewayUrls: readonly string[] = this.urls): Record<string, number[]> {
    const ofRole = (role: Role): number[] =>
      this.#members
        .filter((member) => member.role === role && (role !== 'gateway' || gatewayUrls.includes(member.url)))
        .flatMap(({ process }) => processTree(process.pid ?? 0));
    const { postgres, redis, kafka } = this.servers;
    return {
      gateway: ofRole('gateway'),
      sequencer: ofRole('sequencer'),
      worker: ofRole('worker'),
      PostgreSQL: postgres.processIds(),
      Redis: redis.processIds(),
      Kafka: kafka?.processIds() ?? [],
    };
  }

  /** Where claims were decided so far: by the sequencer, or by gateways, which ask the ledger directly when the queue fails. */
  async decided(): Promise<{ readonly sequencer: number; readonly gateways: number }> {
    const countOf = async (role: Role): Promise<number> => {
      const members = this.#members.filter((member) => member.role === role);
      const counts = await Promise.all(members.map(({ url }) => readFigure(url, DECIDED)));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    return { sequencer: await countOf('sequencer'), gateways: await countOf('gateway') };
  }

  /** What the processes have complained of, and how often. */
  complaints(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { role, logFile } of this.#members)
      for (const message of messagesIn(readFileSync(logFile, 'utf8')))
        counts.set(`${role}: ${message}`, (counts.get(`${role}: ${message}`) ?? 0) + 1);
    return counts;
  }

  async stop(): Promise<void> {
    // Gateways first: what is on its way is answered while the others still work.
    const gateways = this.#members.filter(({ role }) => role === 'gateway');
    await Promise.all(gateways.map(({ process }) => stopProcess(process)));
    await Promise.all(this.#members.map(({ process }) => stopProcess(process)));
    deleteFolder(this.#folder);
  }
}
