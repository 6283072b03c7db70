/** What the ledger's second half promises, whatever database runs its SQL: the lives of grants, the waiting line, payments. */
import { beforeAll, describe } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { orders } from './grant-ledger-orders.ts';
import { plans } from './grant-ledger-plans.ts';
import { races } from './grant-ledger-races.ts';
import { tables } from './grant-ledger-tables.ts';

export function grantLedgerContract(adapter: string, open: () => Database): void {
  describe(`contract: grant-ledger on ${adapter}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = open();
      await migrate(database);
      if (process.env['GL_PATCH'])
        await database.execute((await import('node:fs')).readFileSync(process.env['GL_PATCH'], 'utf8')); // TEMPORARY
    });

    tables(() => database);
    orders(() => database);
    races(() => database);
    plans(() => database);
  });
}
