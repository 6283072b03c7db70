/** The notification service, on both databases. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { deliveriesContract } from './deliveries-contract.ts';
import { heraldContract } from './herald-contract.ts';
import { heraldTroubleContract } from './herald-trouble-contract.ts';
import { notifyContract } from './notify-contract.ts';
import { retentionContract } from './retention-contract.ts';
import { upgradeContract } from './upgrade-contract.ts';

describe('notifications on PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  notifyContract('pglite', () => database);
  heraldContract('pglite', () => database);
  heraldTroubleContract('pglite', () => database);
  deliveriesContract('pglite', () => database);
  retentionContract('pglite', () => database);
});

describe.skipIf(!hasPostgres)('notifications on PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 12, ledgerConnectionsMax: 4 });
  });
  afterAll(() => database.close());
  notifyContract('postgres', () => database);
  heraldContract('postgres', () => database);
  heraldTroubleContract('postgres', () => database);
  deliveriesContract('postgres', () => database);
  retentionContract('postgres', () => database);
});

describe('upgrades on PGlite', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  upgradeContract('pglite', () => database);
});

describe.skipIf(!hasPostgres)('upgrades on PostgreSQL', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 2, ledgerConnectionsMax: 1 });
  });
  afterAll(() => database.close());
  upgradeContract('postgres', () => database);
});
