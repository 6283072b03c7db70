/**
 * That no statement of the monitor or the dashboard reads much at a time, however much there is: the embedded database does one thing at a time, and a claim may be next. With the plans that PostgreSQL
 * makes when it has never heard of all that, and with those that it makes when it has.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Queryable } from '../../src/database/database.ts';
import { Catalogue } from '../../src/drops/catalogue.ts';
import { Dashboard } from '../../src/reports/dashboard.ts';
import { rollUpJob } from '../../src/reports/jobs.ts';
import { SaleMonitor } from '../../src/reports/monitor.ts';
import { fleetFigures } from '../../src/reports/processes.ts';
import { SharedLook } from '../../src/reports/shared-look.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { rowsRead } from './rows-read.ts';

const TABLES = [
  ...['accounts', 'drops', 'deliveries', 'payments', 'grants', 'sale_seconds', 'sale_quarters', 'delivery_quarters'],
  ...['payment_quarters', 'processes', 'roll_up_positions'],
];
const [DROPS, BUSY, ACCOUNTS, DELIVERIES, PAYMENTS] = [100, 10, 30_000, 60_000, 30_000];
const FEW = 12_000;

describe.skipIf(!hasPostgres)('the plans of reports', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(async () => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 1, ledgerConnectionsMax: 1 });
    await database.execute(`
      ${TABLES.map((table) => `alter table ${table} set (autovacuum_enabled = false)`).join(';')};
      analyze ${TABLES.join(', ')};
      insert into accounts (username, email, password_hash) select 'u-' || n, n || '@example.com', '!' from generate_series(1, ${ACCOUNTS}) n;
      insert into drops (kind, title, stock, per_user_limit, opens_at, price, currency, hold_minutes)
      select 'product', 'A kettle', 10, 1, now() - interval '1 hour', 1, 'KRW', 30 from generate_series(1, ${DROPS});
      insert into grants (drop_id, user_id, arrival, granted_at, expires_at, serial, state)
      select 1, n, n, now(), now(), n, 'confirmed' from generate_series(1, 30000) n;
      insert into deliveries (notification_id, user_id, created_at, due_at, ended_at, channel, state, type)
      select n, n, now(), now(), now() - n * interval '2 minutes', 'email', case when n % 2 = 0 then 'sent' else 'failed' end, 'granted'
      from generate_series(1, ${DELIVERIES}) n;
      insert into payments (drop_id, user_id, amount, created_at, decided_at, refunded_at, serial, id, request_id, method, currency, state)
      select 1 + n % ${DROPS}, 1, 1, now(), now() - n * interval '4 minutes', now() - n * interval '4 minutes', n, n::text, 'r', 'sandbox', 'KRW',
             (array['succeeded', 'refunded', 'failed'])[1 + n % 3] from generate_series(1, ${PAYMENTS}) n;
      insert into sale_quarters (quarter, drop_id, granted)
      select q, d, 1 from generate_series(quarter_of(now()) - interval '90 days', now(), interval '15 minutes') q, generate_series(1, 4) d;
      insert into sale_seconds (drop_id, second, process, granted, latencies)
      select d, date_trunc('second', now()) - s * interval '1 second', 'gateway-' || p, 1, '{4,1,12,20}'
      from generate_series(1, ${BUSY}) d, generate_series(1, 7200) s, generate_series(1, 2) p`);
  });
  afterAll(() => database.close());

  /** Rows that each statement has read. */
  const costs: { rows: number; text: string }[] = [];
  const measured = {
    async query(text: string, parameters?: readonly unknown[]) {
      const before = await rowsRead(database, TABLES);
      const answer = await database.query(text, parameters);
      costs.push({ rows: (await rowsRead(database, TABLES)) - before, text });
      return answer;
    },
  } as Queryable;
  /** Each since the last time; and there were some. */
  function expectAtMost(rows: number): void {
    const all = costs.splice(0);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter((cost) => cost.rows > rows)).toEqual([]);
  }

  async function look(): Promise<void> {
    const fleet = new SharedLook(() => fleetFigures(measured));
    let nowMs = Date.now();
    const parts = { database: measured, catalogue: new Catalogue(measured), nowMs: () => nowMs, fleet };
    await new Dashboard(parts).view(90, 'Asia/Seoul');
    expectAtMost(FEW);
    const monitor = new SaleMonitor(parts);
    await monitor.view('1');
    expectAtMost(2_000);
    nowMs += 1_000;
    await monitor.view('1');
    expectAtMost(300);
  }

  it('roll up a portion at a time', async () => {
    const job = rollUpJob(measured as Parameters<typeof rollUpJob>[0], 500);
    await job.run();
    expect(costs.length).toBeGreaterThan(50);
    expectAtMost(2_500);
  });

  it('look at little, when nobody has told the planner what there is', look);

  it('look at drops without keeping what is written about them', async () => {
    const plans: string[] = [];
    const explained = {
      async query(text: string, parameters?: readonly unknown[]) {
        if (/from drops/.test(text)) {
          const plan = await database.query<{ 'QUERY PLAN': string }>(`explain ${text}`, parameters);
          plans.push(plan.map((line) => line['QUERY PLAN']).join('\n'));
        }
        return database.query(text, parameters);
      },
    } as Queryable;
    const fleet = new SharedLook(() => fleetFigures(explained));
    const catalogue = new Catalogue(explained);
    await new Dashboard({ database: explained, catalogue, nowMs: Date.now, fleet }).view(1, 'UTC');
    expect(plans.filter((plan) => plan.includes('CTE'))).toEqual([]);
    // All drops in numbers, those of the last hour, those on sale, and those to come.
    expect(plans).toHaveLength(4);
  });

  it('look at little, when somebody has', async () => {
    await database.execute(`analyze ${TABLES.join(', ')}`);
    await look();
  });
});
