/** The notification service, put together: what all roles share of it, the worker's jobs, the gateway's routes. */
import type { FastifyBaseLogger } from 'fastify';
import type { Registry } from 'prom-client';
import type { Guard } from '../accounts/guard.ts';
import type { MakeLimiter } from '../accounts/limiters.ts';
import { passwordResetRoutes } from '../accounts/password-reset-routes.ts';
import { PasswordResets, ResetTokens } from '../accounts/password-resets.ts';
import type { Sessions } from '../accounts/sessions.ts';
import { readJwtSecret } from '../config/secrets.ts';
import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { BreakerOptions } from '../fleet/breaker.ts';
import type { News } from '../fleet/news.ts';
import type { Server } from '../http/server.ts';
import type { Job, SharedJob } from '../worker/jobs.ts';
import { retentionJob } from '../worker/retention.ts';
import { Carrier, type CarrierOptions } from './carrier.ts';
import type { Channel } from './channel.ts';
import { deliveryJobs } from './deliveries.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { dueJob } from './due.ts';
import { NotificationFigures } from './figures.ts';
import { interestRoutes } from './interest-routes.ts';
import type { Links } from './letters.ts';
import type { Ways } from './preferences.ts';
import { NOTIFICATIONS_RETENTION, waitingJob } from './retention.ts';
import { notificationRoutes } from './routes.ts';

export interface NotificationParts {
  /** For all who call `notify`. */
  readonly ways: Ways;
  readonly figures: NotificationFigures;
  readonly carriers: readonly Carrier[];
  readonly links: Links;
  readonly webhookHosts: readonly string[];
  readonly resetTokens: () => ResetTokens;
}

export interface NotificationOptions {
  readonly settings: Settings;
  /** Those that there are: without a mail server there is none for email. Who opened them closes them, after the worker's jobs. */
  readonly channels: readonly Channel[];
  readonly registry: Registry;
  readonly onBreakerChange: BreakerOptions['onChange'];
  /** For tests. */
  readonly carrying?: Pick<CarrierOptions, 'probeAfterMs' | 'random'>;
}

export function notificationParts(options: NotificationOptions): NotificationParts {
  const { settings, channels, registry, onBreakerChange, carrying } = options;
  const figures = new NotificationFigures(registry);
  let tokens: ResetTokens | undefined;
  // Read when it is needed: a worker that sends no letters needs no secret.
  const resetTokens = (): ResetTokens => {
    tokens ??= new ResetTokens(readJwtSecret(settings));
    return tokens;
  };
  const hasEmail = channels.some(({ name }) => name === 'email');
  return {
    figures,
    resetTokens,
    ways: { email: hasEmail, onTold: (type, over) => figures.told(type, over) },
    carriers: channels.map((channel) => new Carrier({ channel, onBreakerChange, ...carrying })),
    links: {
      publicUrl: settings.publicUrl ?? `http://localhost:${settings.port}`,
      resetToken: (resetId) => resetTokens().tokenOf(resetId),
    },
    webhookHosts: settings.webhookHosts,
  };
}

export function notificationJobs(
  { ways, carriers, links, figures, resetTokens }: NotificationParts,
  { database, news }: { readonly database: Database; readonly news: News },
): readonly (Job | SharedJob)[] {
  // A secret that is missing must be named at the start, and not when somebody has forgotten a password.
  if (ways.email) resetTokens();
  return [
    ...[dueJob({ database, news, ways }), ...deliveryJobs({ database, carriers, links, figures })],
    ...[waitingJob(database, figures), retentionJob(database, NOTIFICATIONS_RETENTION)],
  ];
}

export interface NotificationRouteNeeds {
  readonly database: Database;
  readonly guard: Guard;
  readonly sessions: Sessions;
  readonly news: Pick<News, 'announce'>;
  readonly catalogue: Catalogue;
  readonly nowMs: () => number;
  readonly makeLimiter: MakeLimiter;
  readonly logger: Pick<FastifyBaseLogger, 'warn'>;
}

/** Notifications, their settings, followed drops, the log of deliveries, and forgotten passwords. */
export function registerNotifications(server: Server, parts: NotificationParts, needs: NotificationRouteNeeds): void {
  const { ways, webhookHosts, resetTokens } = parts;
  const { database, guard, sessions, news, catalogue, nowMs, makeLimiter, logger } = needs;
  notificationRoutes(server, { database, guard, ways, webhookHosts });
  interestRoutes(server, { database, guard, catalogue, nowMs });
  deliveryRoutes(server, { database, guard });
  const resets = new PasswordResets({ database, sessions, news, ways, tokens: resetTokens() });
  passwordResetRoutes(server, { resets, guard, makeLimiter, emailAvailable: ways.email, log: logger });
}
