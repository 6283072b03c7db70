/** What administrators look at, on both databases. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { allPaymentsContract } from './all-payments-contract.ts';
import { peopleContract } from './people-contract.ts';
import { picturesContract } from './pictures-contract.ts';

describe('administration on PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  peopleContract('pglite', () => database);
  picturesContract('pglite', () => database);
  allPaymentsContract('pglite', () => database);
});

describe.skipIf(!hasPostgres)('administration on PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 4, ledgerConnectionsMax: 2 });
  });
  afterAll(() => database.close());
  peopleContract('postgres', () => database);
  picturesContract('postgres', () => database);
  allPaymentsContract('postgres', () => database);
});
