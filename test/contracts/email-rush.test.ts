/** Ten thousand letters that are due at once, over a real mail server on this machine, while the process goes on with everything else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { SmtpChannel } from '../../src/adapters/smtp-channel.ts';
import type { Database } from '../../src/database/database.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { type SmtpThread, startSmtpThread } from '../servers/smtp-thread.ts';
import { KETTLE, NotificationWorld, soon } from './notification-world.ts';

const LETTERS = 10_000;
/** On two cores that nobody else uses it takes a sixth of this, with the mail server on the same two. */
const WITHIN_MS = 110_000;
/** What a claim may wait for this thread's work, by the processor's clock: that of a busy machine counts what others do, too. */
const TURN_MS_MAX = 500;

describe('10,000 letters from PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  rush('pglite', () => database);
});

describe.skipIf(!hasPostgres)('10,000 letters from PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 8, ledgerConnectionsMax: 1 });
  });
  afterAll(() => database.close());
  rush('postgres', () => database);
});

function rush(adapter: string, databaseOf: () => Database): void {
  let smtp: SmtpThread;
  beforeAll(async () => {
    smtp = await startSmtpThread();
  });
  afterAll(() => smtp.stop());

  it(`leave ${adapter} in one go, each once, and hold nobody up`, { timeout: 120_000 }, async () => {
    const database = databaseOf();
    const opensAt = soon(3_600_000);
    await new NotificationWorld(database).drop(KETTLE, { opensAt });
    await database.execute(`
      insert into accounts (username, email, password_hash) select 'rush-' || n, 'rush-' || n || '@example.com', '!' from generate_series(1, ${LETTERS}) n;
      insert into notifications (user_id, due_at, told_at, in_app, state, type, dedupe_key, data)
      select id, now(), now(), true, 'told', 'drop_opening', 'rush', '{"dropId":"${KETTLE}","title":"A kettle","opensAt":"${opensAt.toISOString()}"}' from accounts;
      insert into deliveries (notification_id, user_id, due_at, channel, state, type)
      select id, user_id, now(), 'email', 'pending', type from notifications`);
    const channel = new SmtpChannel({ smtpUrl: smtp.url, mailFrom: 'shop@example.org' });
    const [job] = new NotificationWorld(database).sender(channel);
    const workedMs = () => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1000;
    };
    let [turnMs, lastMs] = [0, workedMs()];
    const watch = setInterval(() => {
      turnMs = Math.max(turnMs, workedMs() - lastMs);
      lastMs = workedMs();
    }, 10);
    const startedMs = performance.now();
    const cpu = process.cpuUsage();
    do await job?.run();
    while ((await smtp.taken()).letters < LETTERS && performance.now() - startedMs < WITHIN_MS);
    const tookMs = performance.now() - startedMs;
    clearInterval(watch);
    const { user, system } = process.cpuUsage(cpu);
    await channel.close();
    console.log(
      `${adapter}: ${LETTERS} letters in ${Math.round(tookMs)} ms, ${Math.round((user + system) / LETTERS)} µs of CPU each with their mail server and the database, if it is embedded, ${Math.round(turnMs)} ms in one go at most`,
    );
    expect(await smtp.taken()).toEqual({ letters: LETTERS, addresses: LETTERS });
    expect(await database.query(`select from deliveries where state <> 'sent' or attempts <> 1`)).toEqual([]);
    expect(tookMs).toBeLessThan(WITHIN_MS);
    expect(turnMs).toBeLessThan(TURN_MS_MAX);
  });
}
