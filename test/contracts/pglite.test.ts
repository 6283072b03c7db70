import { afterAll, beforeAll, describe } from 'vitest';
import { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { databaseContract } from './database-contract.ts';
import { ledgerContract } from './ledger-contract.ts';

describe('PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await PgliteDatabase.open(null);
  });
  afterAll(() => database.close());

  databaseContract('pglite', () => database);
  ledgerContract('pglite', () => database);
});
