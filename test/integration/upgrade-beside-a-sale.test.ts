/** A new version starts while the one before sells: nobody who claims or pays meanwhile fails, or waits for long. On PostgreSQL: only there may two versions run at the same time. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { buildIndexes } from '../../src/database/indexes.ts';
import { migrate } from '../../src/database/migrate.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { migrateTo } from '../servers/earlier-version.ts';

const PAYMENTS = 30_000;

describe.skipIf(!hasPostgres)('a new version starts beside a sale', () => {
  const fresh = useFreshDatabase();
  let open: PostgresDatabase[] = [];
  let database: PostgresDatabase;
  /** Connected before anybody waits: some give up after a moment. */
  let watcher: pg.Client;

  const process = (): PostgresDatabase => {
    const one = new PostgresDatabase({ url: fresh.url, connectionsMax: 1, ledgerConnectionsMax: 1 });
    open.push(one);
    return one;
  };

  async function connection(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: fresh.url });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  }

  beforeEach(async () => {
    watcher = new pg.Client({ connectionString: fresh.url });
    await watcher.connect();
    database = process();
    await database.execute('drop schema public cascade; create schema public');
    await migrateTo(5, database);
    await database.execute(
      `insert into drops (id, kind, title, stock, per_user_limit, price, currency, hold_minutes, opens_at) overriding system value
       select id, 'product', 'Kettle', 10, 1, 5, 'KRW', 30, now() from generate_series(1, 2) id;
       insert into payments (id, request_id, drop_id, serial, user_id, amount, created_at, method, currency, state, decided_at)
       select 'p' || n, 'r' || n, 1, n, n, 5, now() - n * interval '1 second', 'sandbox', 'KRW', 'succeeded', now() from generate_series(1, ${PAYMENTS}) n;
       update payments set state = 'pending', decided_at = null where id = 'p1'`,
    );
  });
  afterEach(async () => {
    await watcher.end();
    await Promise.all(open.map((one) => one.close()));
    open = [];
  });

  /** As the version before decides a payment: the drop's row, and then, when what this returns is called, the payment's. */
  async function decide(payment: string): Promise<() => Promise<void>> {
    const client = await connection();
    await client.query('begin');
    await client.query('select from drops where id = 1 for update');
    return async () => {
      await client.query(`update payments set state = 'succeeded', decided_at = now() where id = $1`, [payment]);
      await client.query('commit');
    };
  }

  /** As it decides batches of claims, one after another. */
  async function claiming(): Promise<{ goOn: () => Promise<void>; stop: () => Promise<void> }> {
    const client = await connection();
    let [going, claims] = [true, 0];
    const done = (async () => {
      for (; going; claims += 1) {
        await client.query('begin');
        await client.query('select from drops where id = 2 for update');
        await client.query('update drops set entries = entries + 1 where id = 2');
        await client.query('commit');
        await pause(5);
      }
    })();
    return {
      /** Whoever waited from the first of them on for what will not come yet would be seen here. */
      goOn: () => expect.poll(() => claims).toBeGreaterThan(claims + 20),
      stop: () => {
        going = false;
        return done;
      },
    };
  }

  /** Until somebody at this database waits for a lock of this kind. */
  async function somebodyWaits(kind: 'relation' | 'virtualxid'): Promise<void> {
    const waiting = `select from pg_locks join pg_stat_activity using (pid) where not granted and locktype = $1 and datname = current_database()`;
    await expect.poll(async () => (await watcher.query(waiting, [kind])).rowCount, { interval: 20 }).toBeGreaterThan(0);
  }

  const indexes = async () => {
    const rows = await database.query<{ name: string }>(
      `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisvalid and c.relname ~ '^(payments|deliveries|drops)_' order by 1`,
    );
    return rows.map(({ name }) => name);
  };
  const BUILT = [
    ...['deliveries_ended', 'drops_uncounted', 'payments_created', 'payments_failed', 'payments_of_drop'],
    ...['payments_open', 'payments_refunded', 'payments_succeeded'],
  ];

  it('while a payment is being decided: it is decided, and no claim waits for long, neither for the schema nor for indexes', async () => {
    const claims = await claiming();
    const decideOne = await decide('p1');
    const migrating = migrate(database);
    await somebodyWaits('relation');
    await claims.goOn();
    await decideOne();
    await migrating;
    const decideOther = await decide('p2');
    const building = buildIndexes(database);
    await claims.goOn();
    await decideOther();
    await building;
    await claims.stop();
    expect(await indexes()).toEqual(expect.arrayContaining(BUILT));
    const [drop] = await database.query('select used, granted from drops where id = 2');
    expect(drop).toEqual({ used: null, granted: 0 });
  });

  it('and gives up, saying why, when somebody never lets go of a table', async () => {
    const client = await connection();
    await client.query('begin; select from drops where id = 1 for update');
    const migrating = migrate(database, 2);
    migrating.catch(() => {});
    const claims = await claiming();
    await somebodyWaits('relation');
    await claims.goOn();
    await claims.stop();
    await expect(migrating).rejects.toThrow('The database is in use, and could not be migrated; nothing has changed.');
    await client.query('commit');
    const [row] = await database.query('select max(version)::int as version from schema_version');
    expect(row).toEqual({ version: 5 });
    await migrate(database);
  });

  /** Whoever reads for long, as a backup does: no index is ready before. Returns what ends it, once an index waits for it. */
  async function longReader(): Promise<{ waitedFor: () => Promise<void>; end: () => Promise<unknown> }> {
    const client = await connection();
    await client.query('begin isolation level repeatable read; select from payments limit 1');
    return {
      waitedFor: () => somebodyWaits('virtualxid'),
      end: () => client.query('commit'),
    };
  }

  it('as two processes at once: one migrates, one builds, and neither waits for the other’s indexes', async () => {
    const other = process();
    await Promise.all([migrate(database), migrate(other)]);
    const reader = await longReader();
    const building = buildIndexes(database);
    await reader.waitedFor();
    expect(await buildIndexes(other)).toBe(false);
    await migrate(other);
    await reader.end();
    expect(await building).toBe(true);
    expect(await buildIndexes(other)).toBe(true);
    expect(await indexes()).toEqual(expect.arrayContaining(BUILT));
  });

  it('and ends while it builds: it ends at once, and another finishes', async () => {
    const other = process();
    await migrate(other);
    const reader = await longReader();
    const building = buildIndexes(other);
    building.catch(() => {});
    await reader.waitedFor();
    await other.close();
    open = open.filter((one) => one !== other);
    await expect(building).rejects.toThrow();
    await reader.end();
    await expect.poll(() => buildIndexes(database)).toBe(true);
    expect(await indexes()).toEqual(expect.arrayContaining(BUILT));
  });
});
