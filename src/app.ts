/** The wiring: which adapter plays which part, for which role. Plain constructors. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { memoryLimiter } from './accounts/limiters.ts';
import { openChannels } from './adapters/channels.ts';
import { DatabaseLeases } from './adapters/database-leases.ts';
import { EmbeddedBroadcast } from './adapters/embedded-broadcast.ts';
import { EmbeddedInFlightLock } from './adapters/embedded-in-flight-lock.ts';
import type { KafkaParts } from './adapters/kafka-parts.ts';
import { openPaymentMethod } from './adapters/payment-methods.ts';
import { PgliteDatabase } from './adapters/pglite-database.ts';
import { PostgresDatabase } from './adapters/postgres-database.ts';
import type { RedisParts, RedisPartsOptions } from './adapters/redis-parts.ts';
import { withinTime } from './adapters/time-limit.ts';
import type { Settings } from './config/settings.ts';
import { newCode } from './coupons/code.ts';
import { type Database, isRefusedStatement } from './database/database.ts';
import { keepIndexes, tryIndexes } from './database/indexes.ts';
import { migrate } from './database/migrate.ts';
import { Catalogue } from './drops/catalogue.ts';
import { LedgerClock } from './drops/clock.ts';
import { Breaker, type BreakerState } from './fleet/breaker.ts';
import type { Fleet, PaymentParts } from './fleet/fleet.ts';
import type { Leases } from './fleet/lease.ts';
import { News } from './fleet/news.ts';
import { Teller } from './grants/teller.ts';
import { closeConnections } from './http/close-connections.ts';
import { healthRoutes } from './http/health.ts';
import { createServer, type Server } from './http/server.ts';
import { GrantLedger } from './ledger/grant-ledger.ts';
import { Ledger } from './ledger/ledger.ts';
import type { Channel } from './notifications/channel.ts';
import { notificationParts } from './notifications/parts.ts';
import { PaymentBooks } from './payments/books.ts';
import { PaymentFigures } from './payments/figures.ts';
import { PaymentLedger } from './payments/payment-ledger.ts';
import { Provider } from './payments/providers.ts';
import { Metrics } from './reports/metrics.ts';
import { ProcessReporter } from './reports/processes.ts';
import { SecondsWriter } from './reports/sale-seconds.ts';
import { Tally } from './reports/tally.ts';
import { createGateway } from './roles/gateway.ts';
import { startSequencer } from './roles/sequencer.ts';
import { startWorker } from './roles/worker.ts';

/** The kernel's queue of connections that wait to be accepted: a crowd connects within a second. */
const LISTEN_BACKLOG = 4096;
/** Of the connections to PostgreSQL, those kept for the ledger. */
const LEDGER_CONNECTIONS_SHARE = 0.4;
/** One failure may be a hiccup; a claim that meets the third is better answered at once. */
const POSTGRES_BREAKER = { failuresMax: 3, probeAfterMs: 300 } as const;
/** What cannot be put into the queue is asked directly: the first failure has cost people time enough. */
const KAFKA_BREAKER = { failuresMax: 1, probeAfterMs: 1_000 } as const;
/** A provider's books are read so long after a payment began of which nothing was heard: later than most answers come, and before its buyer gives up. */
const PAYMENT_FIRST_LOOK_MS = 5_000;
/** Longer than letters under way get (notifications/deliveries.ts), and shorter than the process has for its end (serve.ts). */
const WORKER_STOP_WITHIN_MS = 5_000;
/** For what was counted in the last second; a database that is away has it no more. */
const LAST_WORDS_WITHIN_MS = 1_500;
/** What a way to pay can take, unless it takes anything. */
const PAYMENT_CURRENCIES = { toss: ['KRW'] } as const;

export interface App {
  readonly database: Database;
  readonly server: Server;
  readonly clock: LedgerClock;
  readonly leases: Leases;
  /** Starts to serve. Resolves with the port. */
  listen(): Promise<number>;
  /** Stops accepting, finishes what is in flight, tells sockets to reconnect, closes the database. */
  close(): Promise<void>;
}

export async function openDatabase(settings: Settings): Promise<Database> {
  const { databaseUrl, databaseConnectionsMax } = settings;
  if (databaseUrl === null) return PgliteDatabase.open(join(settings.dataDirectory, 'database'));
  const ledgerConnectionsMax = Math.max(1, Math.floor(databaseConnectionsMax * LEDGER_CONNECTIONS_SHARE));
  const connectionsMax = databaseConnectionsMax - ledgerConnectionsMax;
  return new PostgresDatabase({ url: databaseUrl, connectionsMax, ledgerConnectionsMax });
}

export async function createApp(settings: Settings, logger: FastifyBaseLogger, database: Database): Promise<App> {
  await migrate(database);
  // The embedded database does one thing at a time: better now than when people are here.
  if (settings.databaseUrl === null) await tryIndexes(database, logger);
  const { fleet, closeFleet } = await openFleet(settings, logger, database);
  try {
    return await openRoles(fleet, closeFleet);
  } catch (error) {
    // Its connections would keep the process alive: one that neither serves nor ends, and that nobody starts again.
    await closeFleet();
    throw error;
  }
}

async function openRoles(fleet: Fleet, closeFleet: () => Promise<void>): Promise<App> {
  const { settings, logger, database } = fleet;
  const { roles } = settings;
  const server = await createServer(settings, logger);
  const health = healthRoutes(server, { database, metrics: fleet.metrics });
  const gateway = roles.includes('gateway') ? await createGateway(fleet, server) : undefined;
  const worker = roles.includes('worker') ? await startWorker(fleet) : undefined;
  const sequencer =
    roles.includes('sequencer') && fleet.queue !== null ? await startSequencer(fleet, fleet.queue) : undefined;
  const reporter = new ProcessReporter({
    ...{ database, name: fleet.news.name, roles },
    load: () => ({ ...(gateway?.load() ?? IDLE), lag: fleet.queue?.lag ?? null }),
  });
  const seconds = new SecondsWriter({
    ...{ tally: fleet.tally, database, process: fleet.news.name },
    nowMs: () => fleet.clock.nowMs(),
    onLost: (error) => logger.error({ err: error }, 'the database is away for long: seconds of sales are forgotten'),
  });

  let leaveIndexes: () => void = () => {};

  return {
    database,
    server,
    clock: fleet.clock,
    leases: fleet.leases,
    async listen() {
      await server.listen({ port: settings.port, host: settings.host, backlog: LISTEN_BACKLOG });
      gateway?.start();
      reporter.start();
      if (!fleet.alone) leaveIndexes = keepIndexes(database, logger);
      seconds.start();
      const address = server.server.address();
      return typeof address === 'object' && address !== null ? address.port : settings.port;
    },
    async close() {
      health.stopping();
      leaveIndexes();
      const listening = server.close();
      // The gateway first: what it has put into the queue is answered while our own sequencer still works.
      await gateway?.close();
      await sequencer?.close();
      await stopWithin(WORKER_STOP_WITHIN_MS, { worker: worker?.stop() }, logger);
      await closeConnections(server.server, listening);
      gateway?.stop();
      const lastWords = { 'seconds of sales': seconds.stop(), 'row of this process': reporter.stop() };
      await stopWithin(LAST_WORDS_WITHIN_MS, lastWords, logger);
      await closeFleet();
      await database.close();
    },
  };
}

/** What a process without sockets and claims has of them. */
const IDLE = { sockets: 0, people: 0, claimsWaiting: 0 } as const;

/**
 * What does not end in time must not keep the database from being closed, and what fails must not keep others from being waited for. Rounds of the worker end early when they hear of the stop;
 * what one that does not had begun is undone, and done by others.
 */
async function stopWithin(
  limitMs: number,
  parts: Readonly<Record<string, Promise<unknown> | undefined>>,
  logger: FastifyBaseLogger,
): Promise<void> {
  const ended = Object.entries(parts).map(async ([part, stopped]) => {
    try {
      if (stopped) await withinTime(limitMs, stopped);
    } catch (error) {
      logger.warn({ err: error, part }, 'a part of this process has not ended in order');
    }
  });
  await Promise.all(ended);
}

/** The parts that all roles share. */
async function openFleet(
  settings: Settings,
  logger: FastifyBaseLogger,
  database: Database,
): Promise<{ fleet: Fleet; closeFleet: () => Promise<void> }> {
  const { roles } = settings;
  const metrics = new Metrics();
  const clock = new LedgerClock(database);
  await clock.start();
  const onChange = (part: string, state: BreakerState): void => {
    metrics.breakerChanged(part, state);
    logger.warn({ part, state }, 'a breaker has changed');
  };
  const name = `${roles.join('-')}-${randomBytes(6).toString('hex')}`;
  const alone = settings.databaseUrl === null;
  const databaseLeases = new DatabaseLeases(database);
  const redis = await redisParts(settings, logger, { database, databaseLeases, onBreakerChange: onChange });
  const kafka = await kafkaParts(settings, logger);
  const news = new News(redis?.broadcast ?? new EmbeddedBroadcast({ alone }), name);
  const catalogue = new Catalogue(database);
  const queue = kafka?.queue ?? null;
  metrics.watchFleet({
    lag: () => queue?.lagByPartition ?? new Map<number, number>(),
    hearing: () => news.hearing,
  });
  const channels: readonly Channel[] = await openChannels(settings);
  const notifications = notificationParts({
    settings,
    channels,
    registry: metrics.registry,
    onBreakerChange: onChange,
  });
  const tally = new Tally();
  const teller = new Teller({ news, catalogue, tally, nowMs: () => clock.nowMs() });
  const fleet: Fleet = {
    ...{ settings, logger, database, metrics, clock, tally, news, alone, queue, teller, notifications },
    logTopic: kafka?.logTopic ?? null,
    ledger: new Ledger(database, newCode),
    grantLedger: new GrantLedger(database, newCode),
    catalogue,
    lock: redis?.lock ?? new EmbeddedInFlightLock(),
    leases: redis?.leases ?? databaseLeases,
    makeLimiter: redis?.makeLimiter ?? memoryLimiter,
    breakers: {
      postgres: new Breaker({ name: 'postgres', ...POSTGRES_BREAKER, isRefusal: isRefusedStatement, onChange }),
      kafka: new Breaker({ name: 'kafka', ...KAFKA_BREAKER, onChange }),
    },
    payments: await paymentParts({ settings, logger, database, metrics, teller }, onChange),
  };
  return {
    fleet,
    async closeFleet() {
      clock.stop();
      await Promise.all(channels.map((channel) => channel.close()));
      await kafka?.close();
      await redis?.close();
    },
  };
}

type PaymentNeeds = Pick<Fleet, 'settings' | 'logger' | 'database' | 'metrics' | 'teller'>;

async function paymentParts(
  { settings, logger, database, metrics, teller }: PaymentNeeds,
  onBreakerChange: (part: string, state: BreakerState) => void,
): Promise<PaymentParts> {
  const figures = new PaymentFigures(metrics.registry);
  const ledger = new PaymentLedger(database, {
    graceMs: settings.paymentGraceSeconds * 1000,
    firstLookMs: PAYMENT_FIRST_LOOK_MS,
  });
  const providers = new Map<string, Provider>();
  for (const name of settings.paymentMethods) {
    const method = await openPaymentMethod(name, settings, database);
    const limits = name === 'toss' ? { currencies: PAYMENT_CURRENCIES.toss } : {};
    providers.set(name, new Provider({ method, onBreakerChange, ...limits }));
  }
  if (providers.has('sandbox') && settings.databaseUrl !== null) {
    logger.warn('PAYMENT_METHODS has `sandbox`, where anybody pays with a test card: a real shop must switch it off');
  }
  return { figures, ledger, providers, books: new PaymentBooks({ ledger, teller, figures, log: logger }) };
}

async function redisParts(
  { redisUrl, redisPrefix }: Settings,
  logger: FastifyBaseLogger,
  parts: Pick<RedisPartsOptions, 'database' | 'databaseLeases' | 'onBreakerChange'>,
): Promise<RedisParts | undefined> {
  if (redisUrl === null) return undefined;
  const { openRedis } = await import('./adapters/redis-parts.ts');
  return openRedis({ ...parts, url: redisUrl, prefix: redisPrefix, log: logger });
}

async function kafkaParts({ kafka, roles }: Settings, logger: FastifyBaseLogger): Promise<KafkaParts | undefined> {
  if (kafka === null) return undefined;
  const { openKafka } = await import('./adapters/kafka-parts.ts');
  const onError = (error: unknown, doing: string): void => logger.error({ err: error }, `Kafka failed: ${doing}`);
  return openKafka(
    { ...kafka, onError },
    { queue: roles.includes('gateway') || roles.includes('sequencer'), logTopic: roles.includes('worker') },
  );
}
