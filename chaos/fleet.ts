/** The fleet under test: PostgreSQL, Redis, Kafka, two gateways, two sequencers, two workers. Started once, and used by one sale after the other. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Servers, startServers } from '../ops/servers/all.ts';
import { freePort } from '../ops/servers/free-port.ts';
import { type Guard, startGuard } from '../ops/servers/guard.ts';
import { becomesTrue } from '../ops/servers/local-server.ts';
import { PostgresDatabase } from '../src/adapters/postgres-database.ts';
import type { Role } from '../src/fleet/roles.ts';
import { AdministratorApi } from '../src/loadtest/api.ts';
import type { Buyer } from '../src/loadtest/connection.ts';
import { FleetProcess } from './fleet-process.ts';
import { CHAOS_SERVERS, temporaryFolder } from './servers.ts';
import type { Target } from './target.ts';

export const SESSION_TIMEOUT_MS = 2_000;
export const TOPIC_PREFIX = 'chaos-';
const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const OF_EACH_ROLE = 2;
const HEALTHY_WITHIN_MS = 60_000;
/** How long it is watched who of several does the work. */
const WATCH_MS = 400;
const KILL_ALL = 'for file in "$1"/*.pid; do kill -s KILL "$(cat "$file")" 2> /dev/null; done';

export class Fleet implements Target {
  readonly servers: Servers;
  readonly database: PostgresDatabase;
  readonly folder: ReturnType<typeof temporaryFolder>;
  readonly #password: string;
  readonly #guard: Guard;
  readonly #processes: ReadonlyMap<Role, readonly FleetProcess[]>;

  static async start(): Promise<Fleet> {
    const servers = await startServers(CHAOS_SERVERS);
    const folder = temporaryFolder();
    const guard = startGuard(KILL_ALL, folder.path);
    const password = randomBytes(12).toString('hex');
    const processes = new Map<Role, FleetProcess[]>();
    const common = environmentOf(servers, password);
    for (const role of ['gateway', 'sequencer', 'worker'] as const) {
      const ofRole: FleetProcess[] = [];
      for (let number = 1; number <= OF_EACH_ROLE; number += 1) {
        const [name, port] = [`${role}-${number}`, await freePort()];
        const environment = { ...common, ROLES: role, PORT: String(port), PGAPPNAME: name };
        const place = { port, folder: folder.path, readyPath: '/livez' };
        ofRole.push(new FleetProcess({ ...place, name, environment, commandArguments: [MAIN, 'serve'] }));
      }
      processes.set(role, ofRole);
    }
    const fleet = new Fleet(servers, processes, folder, guard, password);
    try {
      await Promise.all(fleet.all.map((each) => each.start()));
      await fleet.untilHealthy();
      return fleet;
    } catch (error) {
      await fleet.close();
      throw error;
    }
  }

  private constructor(
    servers: Servers,
    processes: ReadonlyMap<Role, readonly FleetProcess[]>,
    folder: ReturnType<typeof temporaryFolder>,
    guard: Guard,
    password: string,
  ) {
    this.servers = servers;
    this.#processes = processes;
    this.folder = folder;
    this.#guard = guard;
    this.#password = password;
    this.database = new PostgresDatabase({ url: servers.postgres.url, connectionsMax: 4, ledgerConnectionsMax: 2 });
  }

  get all(): readonly FleetProcess[] {
    return [...this.#processes.values()].flat();
  }

  of(role: Role): readonly FleetProcess[] {
    return this.#processes.get(role) ?? [];
  }

  /** By a figure that grows with the work. */
  async working(role: 'sequencer' | 'worker', choice: number): Promise<FleetProcess> {
    const figure = role === 'sequencer' ? 'doorbuster_batch_claims_count' : 'doorbuster_relayed_entries_total';
    const read = () => Promise.all(this.of(role).map((each) => each.metric(figure)));
    const before = await read();
    await sleep(WATCH_MS);
    const after = await read();
    const grown = after.findIndex((value, place) => (value ?? 0) > (before[place] ?? 0));
    return pick(this.of(role), grown < 0 ? choice : (grown + 0.5) / OF_EACH_ROLE);
  }

  administrator(signal: AbortSignal): Promise<AdministratorApi> {
    return AdministratorApi.signIn(pick(this.of('gateway'), 0).url, 'admin', this.#password, signal);
  }

  async makeBuyers(count: number, signal: AbortSignal): Promise<Buyer[]> {
    return (await this.administrator(signal)).createBuyers(count, `c${Date.now().toString(36)}-`);
  }

  /** Resolves when all processes answer that they are ready, and all servers answer them. */
  async untilHealthy(): Promise<void> {
    const isHealthy = async (): Promise<boolean> => {
      const ready = await Promise.all(this.all.map(isReady));
      const hearing = await Promise.all(this.all.map((each) => each.metric('doorbuster_hearing')));
      return ready.every(Boolean) && hearing.every((value) => value === 1);
    };
    if (!(await becomesTrue(isHealthy, HEALTHY_WITHIN_MS))) throw new Error('the fleet does not become healthy again');
  }

  /** How often, so far, somebody who came too late was fenced off: by the position of the queue, and by the number of a job. */
  fencedOff(): { readonly queue: number; readonly jobs: number } {
    const logs = this.all.map((each) => each.log()).join('');
    const all = logs.split('fenced off').length - 1;
    const queue = logs.split('fenced off: too late').length - 1;
    return { queue, jobs: all - queue };
  }

  /** What nobody asked for, since it was last asked. */
  takeCrashes(): string[] {
    return this.all.flatMap((each) => each.crashes.splice(0));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.database.close(), ...this.all.map((each) => each.stop())]);
    await this.#guard.end();
    await this.servers.stop();
  }
}

function environmentOf({ postgres, redis, kafka }: Servers, password: string): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    DATABASE_URL: postgres.url,
    DATABASE_CONNECTIONS_MAX: '120',
    PROCESSES_MAX: '8',
    REDIS_URL: redis.url,
    REDIS_PREFIX: 'chaos:',
    KAFKA_BROKERS: kafka?.url ?? '',
    KAFKA_TOPIC_PREFIX: TOPIC_PREFIX,
    KAFKA_PARTITIONS: '4',
    KAFKA_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
    CLAIM_ANSWER_WITHIN_MS: '1000',
    JWT_SECRET: randomBytes(32).toString('hex'),
    ADMIN_PASSWORD: password,
    DEMO_DROPS: 'false',
    LOADTEST_ENABLED: 'true',
    SOCKETS_PER_ADDRESS_MAX: '1000000',
    LOG_LEVEL: 'warn',
  };
}

async function isReady(process: FleetProcess): Promise<boolean> {
  try {
    return (await fetch(new URL('/readyz', process.url), { signal: AbortSignal.timeout(1_000) })).status === 200;
  } catch {
    return false;
  }
}

/** `choice` is from 0 (included) to 1 (excluded). */
export function pick<Item>(items: readonly Item[], choice: number): Item {
  const item = items[Math.floor(choice * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
