import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseLeases } from '../../src/adapters/database-leases.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { databaseContract } from './database-contract.ts';
import { grantLedgerContract } from './grant-ledger-contract.ts';
import { leasesContract } from './leases-contract.ts';
import { ledgerContract } from './ledger-contract.ts';

describe.skipIf(!hasPostgres)('PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 4, ledgerConnectionsMax: 8 });
  });
  afterAll(() => database.close());

  it('survives a server that goes away in the middle of a transaction', async () => {
    const broken = database.transaction(async (transaction) => {
      await transaction.query('select pg_terminate_backend(pg_backend_pid())');
    });
    await expect(broken).rejects.toThrow();
    const idle = database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid');
      // Resolves when it has ended.
      await database.query('select pg_terminate_backend($1, 20000)', [row?.pid]);
      await transaction.query('select 1');
    });
    await expect(idle).rejects.toThrow();
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  databaseContract('postgres', () => database);
  ledgerContract('postgres', () => database);
  grantLedgerContract('postgres', () => database);
  leasesContract('postgres', {
    database: () => database,
    open: (leaseSeconds) => new DatabaseLeases(database, leaseSeconds),
  });
});
