/**
 * What administrators look at: the dashboard over 90 days and the monitor of a sale, with a year's worth of everything behind them. Not only how long a look takes, but its longest statement:
 * the embedded database does one thing at a time, and a claim may be next.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Database, Queryable } from '../../src/database/database.ts';
import { buildIndexes } from '../../src/database/indexes.ts';
import { migrate } from '../../src/database/migrate.ts';
import { Catalogue } from '../../src/drops/catalogue.ts';
import { Dashboard } from '../../src/reports/dashboard.ts';
import { rollUpJob } from '../../src/reports/jobs.ts';
import { SaleMonitor } from '../../src/reports/monitor.ts';
import { fleetFigures } from '../../src/reports/processes.ts';
import { SharedLook } from '../../src/reports/shared-look.ts';
import { type DatabaseName, onBothDatabases } from '../both-databases.ts';
import { below, type Figure } from '../figure.ts';
import { deleteFolder, temporaryFolder } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { median } from '../statistics.ts';

const STATEMENT_MS_MAX = 50;
const DAYS = 90;
/** A process looks anew so often, however many ask. */
const DASHBOARD_EVERY_MS = 5_000;
const MONITOR_EVERY_MS = 1_000;
const SIZES = {
  full: { accounts: 300_000, deliveries: 1_000_000, payments: 300_000, drops: 3_000, looks: 7 },
  quick: { accounts: 30_000, deliveries: 100_000, payments: 30_000, drops: 300, looks: 2 },
} as const;
type Size = (typeof SIZES)[keyof typeof SIZES];
/** Drops of which something is sold every second. */
const BUSY = 20;
const WAITING_DELIVERIES = 30_000;
/** What a roll-up reads at most in a statement: `rollUpJob` makes 50 of each kind a round. */
const ROLLED_UP_A_ROUND = 50 * 2_000;

interface Look {
  readonly ms: number;
  readonly statementsMs: readonly number[];
}

export function reportFigures(quick: boolean): Promise<Figure[]> {
  return onBothDatabases(async (name, environment) => {
    const folder = temporaryFolder();
    const url = environment['DATABASE_URL'];
    const database =
      url === undefined
        ? await PgliteDatabase.open(folder)
        : new PostgresDatabase({ url, connectionsMax: 2, ledgerConnectionsMax: 1 });
    try {
      return await figuresOn(name, database, SIZES[quick ? 'quick' : 'full']);
    } finally {
      await database.close();
      deleteFolder(folder);
    }
  });
}

async function figuresOn(name: DatabaseName, database: Database, size: Size): Promise<Figure[]> {
  const progress = (step: number, what: string) => showProgress(step, 4, `reports on ${name}: ${what}`);
  progress(0, 'a year of sales, payments and deliveries');
  await migrate(database);
  await fill(database, size);
  await buildIndexes(database);
  progress(1, 'rolled up');
  const job = rollUpJob(database);
  for (let rows = 0; rows <= size.deliveries; rows += ROLLED_UP_A_ROUND) await job.run();

  const statementsMs: number[] = [];
  const timed = {
    async query(text: string, parameters?: readonly unknown[]) {
      const startedMs = performance.now();
      const rows = await database.query(text, parameters);
      statementsMs.push(performance.now() - startedMs);
      return rows;
    },
  } as Queryable;
  const look = async (work: () => Promise<unknown>): Promise<Look> => {
    statementsMs.length = 0;
    const startedMs = performance.now();
    await work();
    return { ms: performance.now() - startedMs, statementsMs: [...statementsMs] };
  };
  const fleet = new SharedLook(() => fleetFigures(timed));
  const parts = { database: timed, catalogue: new Catalogue(timed), nowMs: Date.now, fleet };

  progress(2, 'the dashboard');
  const dashboard = new Dashboard(parts);
  const first = await look(() => dashboard.view(DAYS, 'Asia/Seoul'));
  const again: Look[] = [];
  while (again.length < size.looks) {
    await pause(DASHBOARD_EVERY_MS);
    again.push(await look(() => dashboard.view(DAYS, 'Asia/Seoul')));
  }

  progress(3, 'the monitor');
  const monitor = new SaleMonitor(parts);
  const hour = await look(() => monitor.view('1'));
  const seconds: Look[] = [];
  while (seconds.length < size.looks) {
    await pause(MONITOR_EVERY_MS);
    seconds.push(await look(() => monitor.view('1')));
  }
  return [
    figure(`dashboard on ${name}, ${DAYS} days: the first look of a process`, [first]),
    figure(`dashboard on ${name}, … each after five seconds`, again),
    figure(`monitor on ${name}: an hour of a sale`, [hour]),
    figure(`monitor on ${name}, … each after a second`, seconds),
  ];
}

/** The target is for the longest statement: in the middle of the looks, as one may meet something else on this machine. */
function figure(what: string, looks: readonly Look[]): Figure {
  const longestMs = median(looks.map(({ statementsMs }) => Math.max(...statementsMs)));
  const statements = median(looks.map(({ statementsMs }) => statementsMs.length));
  return {
    what,
    value: median(looks.map(({ ms }) => ms)),
    unit: 'ms',
    remark: `${statements} statements, the longest ${longestMs.toFixed(1)} ms`,
    target: {
      ...below(STATEMENT_MS_MAX, longestMs, 'ms'),
      text: `no statement over ${STATEMENT_MS_MAX} ms`,
    },
    details: { looks },
  };
}

/** The oldest first, as time would have written it. */
async function fill(database: Database, { accounts, deliveries, payments, drops }: Size): Promise<void> {
  await database.execute(`
    insert into accounts (username, email, password_hash) select 'u-' || n, n || '@example.com', '!' from generate_series(1, ${accounts}) n;
    insert into drops (kind, title, description, stock, per_user_limit, opens_at, closes_at, price, currency, hold_minutes)
    select 'product', 'A kettle', repeat('Of steel. ', 120), 10, 1, now() - interval '1 hour',
           case when n > ${BUSY} then now() - interval '10 minutes' end, 1, 'KRW', 30
    from generate_series(1, ${drops}) n;
    insert into deliveries (notification_id, user_id, created_at, due_at, ended_at, channel, state, type)
    select n, n, now(), now(), case when n > ${WAITING_DELIVERIES} then now() - n * interval '365 days' / ${deliveries} end, 'email',
           case when n <= ${WAITING_DELIVERIES} then 'pending' when n % 20 = 0 then 'failed' else 'sent' end, 'granted'
    from generate_series(${deliveries}, 1, -1) n;
    insert into payments (drop_id, user_id, amount, created_at, decided_at, refunded_at, serial, id, request_id, method, currency, state)
    select 1 + n % ${drops}, 1, 1, now(), at, case when n % 3 = 1 then at end, n, n::text, 'r', 'sandbox', 'KRW',
           (array['succeeded', 'refunded', 'failed'])[1 + n % 3]
    from generate_series(${payments}, 1, -1) n cross join lateral (select now() - n * interval '365 days' / ${payments} as at) decided;
    insert into sale_quarters (quarter, drop_id, granted)
    select q, d, 1 from generate_series(quarter_of(now()) - interval '${DAYS} days', now(), interval '15 minutes') q, generate_series(1, ${BUSY}) d;
    insert into sale_seconds (drop_id, second, process, granted, latencies)
    select d, date_trunc('second', now()) - s * interval '1 second', 'gateway-' || p, 1, '{4,1,12,20}'
    from generate_series(1, ${BUSY}) d, generate_series(1, 7200) s, generate_series(1, 2) p;
    analyze`);
}
