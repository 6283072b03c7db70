/** The wiring: which adapter plays which part. Plain constructors, in the order a claim travels. */
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { Guard } from './accounts/guard.ts';
import { loadtestRoutes } from './accounts/loadtest-routes.ts';
import { accountRoutes } from './accounts/routes.ts';
import { Sessions } from './accounts/sessions.ts';
import { SignInAttempts } from './accounts/sign-in-attempts.ts';
import { AccessTokens } from './accounts/tokens.ts';
import { EmbeddedInFlightLock } from './adapters/embedded-in-flight-lock.ts';
import { PgliteDatabase } from './adapters/pglite-database.ts';
import { PostgresDatabase } from './adapters/postgres-database.ts';
import { Admission } from './claims/admission.ts';
import { DirectIntake } from './claims/direct-intake.ts';
import { claimsFastLane } from './claims/fast-lane.ts';
import { claimRoutes } from './claims/routes.ts';
import { readJwtSecret } from './config/secrets.ts';
import type { Settings } from './config/settings.ts';
import { newCode } from './coupons/code.ts';
import type { Database } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { Catalogue } from './drops/catalogue.ts';
import { LedgerClock } from './drops/clock.ts';
import { dropRoutes } from './drops/routes.ts';
import { grantRoutes } from './grants/routes.ts';
import { closeConnections } from './http/close-connections.ts';
import { healthRoutes } from './http/health.ts';
import { servePages } from './http/pages.ts';
import { createServer, openFastLane, type Server } from './http/server.ts';
import { Ledger } from './ledger/ledger.ts';
import { isSecure } from './realtime/is-secure.ts';
import { LiveView } from './realtime/live-view.ts';
import { SocketServer } from './realtime/socket-server.ts';
import { Metrics } from './reports/metrics.ts';

/** The kernel's queue of connections that wait to be accepted: a crowd connects within a second. */
const LISTEN_BACKLOG = 4096;
/** Of the connections to PostgreSQL, those kept for the ledger. */
const LEDGER_CONNECTIONS_SHARE = 0.4;

export interface App {
  readonly database: Database;
  readonly server: Server;
  readonly clock: LedgerClock;
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
  const metrics = new Metrics();
  const clock = new LedgerClock(database);
  await clock.start();
  const nowMs = () => clock.nowMs();

  const tokens = new AccessTokens(readJwtSecret(settings));
  const sessions = new Sessions(database, tokens, new SignInAttempts());
  await sessions.recall();
  const guard = new Guard(tokens, settings);

  const catalogue = new Catalogue(database);
  const ledger = new Ledger(database, newCode);
  const intake = new DirectIntake(ledger, {
    queueMax: settings.claimQueueMax,
    batchMax: settings.claimBatchMax,
    onDecided(dropId, answer, tookMs) {
      catalogue.follow(dropId, answer.standing);
      metrics.decided(answer.outcomes.length, tookMs / 1000);
    },
    onFailed(dropId, error, claims) {
      metrics.failed();
      logger.error({ err: error, dropId, claims }, 'the ledger did not answer a batch');
    },
  });
  const lock = new EmbeddedInFlightLock();
  const { claimsPerUserPerSecond, socketMessagesPerSecond: messagesPerSecond, socketsMax } = settings;
  const admission = new Admission({ catalogue, ledger, intake, lock, nowMs, claimsPerUserPerSecond });
  const liveView = new LiveView(catalogue, nowMs);
  const sockets = new SocketServer({
    ...{ admission, tokens, sessions, liveView, nowMs, socketsMax, messagesPerSecond },
    httpsRequired: settings.httpsRequired,
    isSecure: (request) => isSecure(request, Boolean(settings.trustProxy)),
  });
  metrics.watch({ claims: () => admission.counts, queueDepth: () => intake.depth, sockets: () => sockets.size });

  const server = await createServer(settings, logger);
  const health = healthRoutes(server, { database, metrics });
  accountRoutes(server, { database, sessions, guard, signUpsPerAddressPerHour: settings.signUpsPerAddressPerHour });
  dropRoutes(server, { database, catalogue, clock, guard });
  claimRoutes(server, { admission, ledger, guard });
  grantRoutes(server, { database, guard });
  if (settings.loadtestEnabled) loadtestRoutes(server, { database, guard, tokens });
  await servePages(server);
  if (!settings.httpsRequired) openFastLane(server, claimsFastLane(admission, tokens));
  sockets.attach(server.server);

  return {
    database,
    server,
    clock,
    async listen() {
      await server.listen({ port: settings.port, host: settings.host, backlog: LISTEN_BACKLOG });
      liveView.start();
      const address = server.server.address();
      return typeof address === 'object' && address !== null ? address.port : settings.port;
    },
    async close() {
      health.stopping();
      const listening = server.close();
      await admission.close();
      await sockets.close();
      await closeConnections(server.server, listening);
      liveView.stop();
      clock.stop();
      await database.close();
    },
  };
}
