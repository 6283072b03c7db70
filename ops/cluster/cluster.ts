/**
 * The scaled system on one machine.
 *
 *   start   PostgreSQL, Redis and Kafka at once; one gateway, which brings the database to its shape and makes the administrator; all other processes; nginx
 *   stop    gateways, which answer what is on its way while all others still work; nginx; sequencers and workers; the servers, with their data
 *
 * Without Redis, Kafka or nginx it does without, as the program does, and says so. Without PostgreSQL it cannot.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../src/fleet/roles.ts';
import { shopConfig } from '../nginx/shop-config.ts';
import { freePort } from '../servers/free-port.ts';
import type { Guard } from '../servers/guard.ts';
import type { LocalServer } from '../servers/local-server.ts';
import { findNginx, startNginx } from '../servers/nginx.ts';
import { databaseConnections, type MemberEnvironment, memberEnvironment } from './environment.ts';
import { Member } from './member.ts';
import { startMembersGuard } from './members-guard.ts';
import type { ClusterOptions } from './options.ts';
import type { Report } from './report.ts';
import { INSTALL, SharedServers } from './servers.ts';

export interface ClusterParts {
  readonly options: ClusterOptions;
  readonly adminPassword: string;
  readonly report: Report;
}

export class Cluster {
  readonly servers: SharedServers;
  readonly #parts: ClusterParts;
  readonly #folder: string;
  readonly #guard: Guard;
  readonly #gateways: Member[] = [];
  readonly #others: Member[] = [];
  #nginx: LocalServer | undefined;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.servers = new SharedServers(parts.report);
    this.#folder = mkdtempSync(join(tmpdir(), 'doorbuster-cluster-'));
    this.#guard = startMembersGuard(this.#folder);
  }

  get hasNginx(): boolean {
    return this.#nginx !== undefined;
  }

  get members(): readonly Member[] {
    return [...this.#gateways, ...this.#others];
  }

  /** Throws when it cannot, or should not any more; `stop` then ends what has been started. */
  async start(signal: AbortSignal): Promise<void> {
    const { options, adminPassword, report } = this.#parts;
    const processes = options.gateways + options.sequencers + options.workers;
    await this.servers.start(databaseConnections(processes));
    signal.throwIfAborted();

    const proxied = findNginx() !== undefined;
    const environment = memberEnvironment({
      databaseUrl: this.servers.urlOf('PostgreSQL') ?? '',
      redisUrl: this.servers.urlOf('Redis') ?? '',
      kafkaBrokers: this.servers.urlOf('Kafka') ?? '',
      ...{ processes, proxied, adminPassword, loadtest: options.loadtest },
    });
    await this.#makeMembers(environment, proxied);
    const [first, ...rest] = this.members;
    const start = (member: Member | undefined) =>
      report.timed(member?.name ?? '', async () => {
        await member?.start();
      });
    await start(first);
    signal.throwIfAborted();
    const results = await Promise.allSettled(rest.map(start));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    signal.throwIfAborted();

    if (proxied) this.#nginx = await report.timed('nginx', () => this.#startNginx());
    else report.say(`nginx is missing: gateways are reached directly. Remedy: install it; ${INSTALL}.`);
  }

  async stop(): Promise<void> {
    const { report } = this.#parts;
    const stopAll = (parts: readonly { stop(): Promise<void> }[]) => Promise.all(parts.map((part) => part.stop()));
    await report.timed('gateways stopped', () => stopAll(this.#gateways));
    const nginx = this.#nginx;
    if (nginx) await report.timed('nginx stopped', () => nginx.stop());
    await report.timed('other processes stopped', () => stopAll(this.#others));
    await report.timed('servers stopped', () => this.servers.stop());
    await this.#guard.end();
  }

  async #makeMembers(environment: MemberEnvironment, proxied: boolean): Promise<void> {
    const { options, report } = this.#parts;
    const add = async (role: Role, count: number, into: Member[]): Promise<void> => {
      for (let number = 1; number <= count; number += 1) {
        // Without nginx, the shop is the first gateway.
        const port = role === 'gateway' && number === 1 && !proxied ? options.port : await freePort();
        const plan = { name: `${role}-${number}`, role, port, environment, folder: this.#folder, say: report.say };
        into.push(new Member(plan));
      }
    };
    await add('gateway', options.gateways, this.#gateways);
    await add('sequencer', this.servers.urlOf('Kafka') ? options.sequencers : 0, this.#others);
    await add('worker', options.workers, this.#others);
  }

  #startNginx(): Promise<LocalServer | undefined> {
    const gateways = this.#gateways.map(({ url }) => new URL(url).host);
    // The first address is for whoever asks whether it is up.
    return startNginx({
      config: (port) =>
        shopConfig({
          listen: [`127.0.0.1:${port}`, `127.0.0.1:${this.#parts.options.port} backlog=4096`],
          gateways,
        }),
    });
  }
}
