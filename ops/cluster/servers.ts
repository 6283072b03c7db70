/** The servers that the processes of the cluster share: PostgreSQL, and Redis and Kafka where they are to be had. */
import { startKafka } from '../servers/kafka.ts';
import type { LocalServer } from '../servers/local-server.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import type { Report } from './report.ts';

export const INSTALL = 'on Debian and Ubuntu, root may also set INSTALL_TEST_SERVERS=1';

interface NamedServer {
  readonly name: string;
  readonly server: LocalServer;
}

export class SharedServers {
  readonly #report: Report;
  #started: NamedServer[] = [];

  constructor(report: Report) {
    this.#report = report;
  }

  get started(): readonly NamedServer[] {
    return this.#started;
  }

  urlOf(name: string): string | undefined {
    return this.#started.find((each) => each.name === name)?.server.url;
  }

  /** Throws without PostgreSQL, or when one that is there does not start; what has been started is then left to `stop`. */
  async start(databaseConnections: number): Promise<void> {
    const settings = { max_connections: String(databaseConnections) };
    const results = await Promise.allSettled([
      this.#start('PostgreSQL', () => startPostgres({ durable: true, settings })),
      // Nothing in it is needed after its end. What it holds must not be evicted: it would be a lock that nobody has given back.
      this.#start('Redis', () => startRedis({ durable: false, settings: { 'maxmemory-policy': 'noeviction' } })),
      this.#start('Kafka', () => startKafka({ durable: true })),
    ]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    if (!this.urlOf('PostgreSQL'))
      throw new Error(`PostgreSQL 15 or newer is needed: install it, or Docker; ${INSTALL}`);
    const { say } = this.#report;
    if (!this.urlOf('Redis'))
      say(`Redis is missing: processes learn of each other from PostgreSQL. Remedy: install it; ${INSTALL}.`);
    if (!this.urlOf('Kafka'))
      say(`Kafka is missing: gateways ask the ledger directly. Remedy: install Java 17 and Maven; ${INSTALL}.`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map(({ server }) => server.stop()));
  }

  async #start(name: string, start: () => Promise<LocalServer | undefined>): Promise<void> {
    const startedAtMs = performance.now();
    const server = await start();
    if (!server) return;
    this.#report.took(name, startedAtMs);
    this.#started.push({ name, server });
  }
}
