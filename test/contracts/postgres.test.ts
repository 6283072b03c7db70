import { afterAll, beforeAll, describe } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { databaseContract } from './database-contract.ts';
import { ledgerContract } from './ledger-contract.ts';

describe.skipIf(!hasPostgres)('PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 4, ledgerConnectionsMax: 8 });
  });
  afterAll(() => database.close());

  databaseContract('postgres', () => database);
  ledgerContract('postgres', () => database);
});
