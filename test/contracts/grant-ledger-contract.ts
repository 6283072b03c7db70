/** What the ledger's second half promises, whatever database runs its SQL: the lives of grants, the waiting line, payments. */
import { beforeAll, describe } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { edges } from './grant-ledger-edges.ts';
import { orders } from './grant-ledger-orders.ts';
import { plans } from './grant-ledger-plans.ts';
import { races } from './grant-ledger-races.ts';
import { rush } from './grant-ledger-rush.ts';
import { tables } from './grant-ledger-tables.ts';

export function grantLedgerContract(adapter: string, open: () => Database): void {
  describe(`contract: grant-ledger on ${adapter}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = open();
      await migrate(database);
    });

    tables(() => database);
    edges(() => database);
    orders(() => database);
    races(() => database);
    plans(() => database);
    rush(() => database);
  });
}
