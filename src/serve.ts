/**
 * A server's life: settings, database, first start, serving, and an orderly end.
 *
 * SIGTERM or SIGINT: not ready any more; no new connections; claims on their way are answered; sockets are told to reconnect (1012); the database is
 * closed; the process ends by itself with 0. If something holds it up for longer than GRACE_MS, it says so and ends with 1.
 */
import { type Logger, pino } from 'pino';
import { ensureAdministrator } from './accounts/first-administrator.ts';
import { type App, createApp, openDatabase } from './app.ts';
import { readSettings, type Settings } from './config/settings.ts';
import { createDemoDrops } from './drops/demo.ts';
import { rehearse } from './ledger/rehearsal.ts';

const GRACE_MS = 9_000;
const FIRST_START = 'first-start';

export async function serve(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  const settings = readSettings(environment);
  const logger = pino({
    level: settings.logLevel,
    redact: ['req.headers.authorization', 'req.headers.cookie', 'password'],
  });
  const database = await openDatabase(settings);
  const app = await createApp(settings, logger, database).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });

  const asked = signalled();
  try {
    await prepare(settings, app);
    announce(settings, await app.listen());
  } catch (error) {
    // The embedded database would keep the process alive.
    await stop(app, logger);
    throw error;
  }

  const signal = await asked;
  logger.info({ signal }, 'stopping');
  await stop(app, logger);
  logger.info('stopped');
  return 0;
}

async function stop(app: App, logger: Logger): Promise<void> {
  const watchdog = setTimeout(() => {
    logger.error(`not stopped within ${GRACE_MS} ms: giving up`);
    process.exit(1);
  }, GRACE_MS).unref();
  await app.close();
  clearTimeout(watchdog);
}

/** What the first start makes. Of several gateways that start together one makes it. */
async function prepare(settings: Settings, { database, clock, leases }: App): Promise<void> {
  if (settings.databaseUrl === null) await rehearse(database);
  if (!settings.roles.includes('gateway')) return;
  if ((await leases.hold(FIRST_START)) === undefined) return;
  const generatedPassword = await ensureAdministrator(database, settings.admin);
  if (generatedPassword !== null) {
    // At once: the account is committed, and whatever fails from here on, nobody could ever learn the password again.
    tell(`Administrator: ${settings.admin.username} / ${generatedPassword}   (shown once; keep it)`);
  }
  if (settings.demoDrops) await createDemoDrops(database, clock.nowMs());
  await leases.release(FIRST_START);
}

function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // `on`, not `once`: a terminal's Ctrl-C comes twice, from the terminal and from npm, and the second must not cut the first short.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}

/** For the person who started it; the log has the same as JSON lines. */
function announce(settings: Settings, port: number): void {
  const address = `${settings.tls ? 'https' : 'http'}://localhost:${port}`;
  const lines = [
    settings.roles.includes('gateway')
      ? `Doorbuster serves ${address}`
      : `Doorbuster works as ${settings.roles.join(' and ')}; its state is at ${address}/metrics`,
  ];
  if (settings.databaseUrl === null) lines.push(`Everything embedded; data in ${settings.dataDirectory}/`);
  if (settings.loadtestEnabled)
    lines.push('LOADTEST_ENABLED: administrators can make accounts in bulk. Never on a real shop.');
  tell(...lines);
}

function tell(...lines: string[]): void {
  process.stdout.write(`\n  ${lines.join('\n  ')}\n\n`);
}
