/** What administrators look at, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { rollUpJob } from '../../src/reports/jobs.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { reportsContract } from './reports-contract.ts';

describe('reports on PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  reportsContract('pglite', () => database);
});

describe.skipIf(!hasPostgres)('reports on PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 6, ledgerConnectionsMax: 2 });
  });
  afterAll(() => database.close());
  reportsContract('postgres', () => database);

  it('what is committed late is not passed over by what was committed before', async () => {
    await database.execute(
      `delete from deliveries; delete from delivery_quarters; update roll_up_positions set at = '-infinity', id = '0'`,
    );
    const insert = `insert into deliveries (notification_id, user_id, due_at, ended_at, channel, state, type)
                    values (1, 1, now(), clock_timestamp() - $1 * interval '1 second', 'email', 'sent', 'granted')`;
    const job = rollUpJob(database);
    const sent = async () => (await database.query<{ sent: string }>('select sent from delivery_quarters'))[0]?.sent;
    await database.transaction(async (transaction) => {
      await transaction.query(insert, [0]);
      // After it, and long enough ago that it would be counted if it were alone.
      await new Promise((resolve) => setTimeout(resolve, 2_600));
      await database.query(insert, [2.2]);
      await job.run();
      expect(await sent()).toBeUndefined();
    });
    await job.run();
    expect(await sent()).toBe('2');
  });
});
