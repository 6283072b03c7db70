/** The notification service's half of a server: its routes and its jobs, with a mail server and webhooks on this machine. Jobs run when a test says so. */
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Guard } from '../../src/accounts/guard.ts';
import { memoryLimiter } from '../../src/accounts/limiters.ts';
import { accountRoutes } from '../../src/accounts/routes.ts';
import { Sessions } from '../../src/accounts/sessions.ts';
import { SignInAttempts } from '../../src/accounts/sign-in-attempts.ts';
import { insertAccount } from '../../src/accounts/store.ts';
import { AccessTokens } from '../../src/accounts/tokens.ts';
import { openChannels } from '../../src/adapters/channels.ts';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { readSettings } from '../../src/config/settings.ts';
import { Catalogue } from '../../src/drops/catalogue.ts';
import { News } from '../../src/fleet/news.ts';
import { createServer, type Server } from '../../src/http/server.ts';
import type { Channel } from '../../src/notifications/channel.ts';
import {
  type NotificationParts,
  notificationJobs,
  notificationParts,
  registerNotifications,
} from '../../src/notifications/parts.ts';
import { Metrics } from '../../src/reports/metrics.ts';
import type { SharedJob } from '../../src/worker/jobs.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { startWebhooks, type WebhookServer } from '../servers/webhooks.ts';

const SECRET = 'a secret of at least thirty-two characters';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as the tests expect them
  readonly body: any;
}

export interface Asked {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export class NotificationApp {
  readonly database: PgliteDatabase;
  readonly smtp: SmtpServer;
  readonly webhooks: WebhookServer;
  readonly metrics = new Metrics();
  readonly tokens = new AccessTokens(SECRET);
  /** Sessions that the processes of the fleet were told of. */
  readonly endedSessions: string[] = [];
  readonly warnings: string[] = [];
  readonly parts: NotificationParts;
  readonly #server: Server;
  readonly #channels: readonly Channel[];
  readonly #jobs: readonly SharedJob[];
  #url = '';
  #people = 0;

  static async start({ email = true }: { readonly email?: boolean } = {}): Promise<NotificationApp> {
    const [database, smtp, webhooks] = await Promise.all([openEmbedded(), startSmtp(), startWebhooks()]);
    const settings = readSettings({
      JWT_SECRET: SECRET,
      PUBLIC_URL: 'https://shop.example.org/',
      MAIL_FROM: 'shop@example.org',
      WEBHOOK_HOSTS: webhooks.host,
      ...(email && { SMTP_URL: smtp.url }),
    });
    const server = await createServer(settings, pino({ level: 'silent' }));
    const channels = await openChannels(settings);
    const app = new NotificationApp({ database, smtp, webhooks, server, channels }, settings);
    await server.listen({ port: 0, host: '127.0.0.1' });
    app.#url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
    return app;
  }

  private constructor(
    made: {
      database: PgliteDatabase;
      smtp: SmtpServer;
      webhooks: WebhookServer;
      server: Server;
      channels: readonly Channel[];
    },
    settings: ReturnType<typeof readSettings>,
  ) {
    const { database, smtp, webhooks, server, channels } = made;
    [this.database, this.smtp, this.webhooks, this.#server, this.#channels] = [
      database,
      smtp,
      webhooks,
      server,
      channels,
    ];
    const guard = new Guard(this.tokens, { requestsPerUserPerSecond: 1_000, requestsPerAddressPerSecond: 1_000 });
    const sessions = new Sessions(database, this.tokens, new SignInAttempts());
    sessions.onEndedHere((id) => this.endedSessions.push(id));
    this.parts = notificationParts({
      ...{ settings, channels, registry: this.metrics.registry },
      onBreakerChange: (part, state) => this.metrics.breakerChanged(part, state),
    });
    const news = new News(new EmbeddedBroadcast({ alone: true }), 'app');
    accountRoutes(server, { database, sessions, guard, news, signUpsPerAddressPerHour: 1_000, ways: this.parts.ways });
    registerNotifications(server, this.parts, {
      ...{ database, guard, sessions, news, catalogue: new Catalogue(database), nowMs: Date.now },
      makeLimiter: memoryLimiter,
      logger: { warn: (text: unknown) => void this.warnings.push(String(text)) },
    });
    this.#jobs = notificationJobs(this.parts, { database, news }).filter((job) => 'shared' in job);
  }

  async close(): Promise<void> {
    await this.#server.close();
    await Promise.all(this.#channels.map((channel) => channel.close()));
    await Promise.all([this.smtp.stop(), this.webhooks.stop(), this.database.close()]);
  }

  async call(method: string, path: string, { token, body, headers }: Asked = {}): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** One round of all that workers do at the same time. */
  async work(): Promise<void> {
    for (const job of this.#jobs) await job.run();
  }

  /** An account with a token, and no letter of welcome. */
  async person(
    role: 'buyer' | 'admin' = 'buyer',
  ): Promise<{ id: string; username: string; email: string; token: string }> {
    this.#people += 1;
    const username = `somebody-${this.#people}`;
    const email = `${username}@example.com`;
    const { id } = await insertAccount(this.database, { username, email, passwordHash: '!', role });
    return { id, username, email, token: this.tokens.issue({ id, role }, `session-${username}`) };
  }

  async drop(change = ''): Promise<string> {
    const [row] = await this.database.query<{ id: string }>(
      `insert into drops (kind, title, stock, per_user_limit, opens_at, discount_percent, valid_for_days)
       values ('coupon', 'A coupon', 10, 1, now(), 10, 30) returning id`,
    );
    if (change) await this.database.query(`update drops set ${change} where id = $1`, [row?.id]);
    return row?.id ?? '';
  }
}
