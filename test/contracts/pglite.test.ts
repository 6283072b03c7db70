import { afterAll, beforeAll, describe } from 'vitest';
import { DatabaseLeases } from '../../src/adapters/database-leases.ts';
import { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { databaseContract } from './database-contract.ts';
import { grantLedgerContract } from './grant-ledger-contract.ts';
import { leasesContract } from './leases-contract.ts';
import { ledgerContract } from './ledger-contract.ts';

describe('PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await PgliteDatabase.open(null);
  });
  afterAll(() => database.close());

  databaseContract('pglite', () => database);
  ledgerContract('pglite', () => database);
  grantLedgerContract('pglite', () => database);
  leasesContract('pglite', {
    database: () => database,
    open: (leaseSeconds) => new DatabaseLeases(database, leaseSeconds),
  });
});
