/** That a claim costs the same, however much a drop has sold, with the plans that PostgreSQL makes of its own accord. A database of its own: what else it holds changes them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { newCode } from '../../src/coupons/code.ts';
import { createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { rowsRead } from './rows-read.ts';

const [USERS, UNITS, BATCH_CLAIMS, MEASURED_BATCHES] = [500, 12, 5, 20];

describe.skipIf(!hasPostgres)('the plan of a claim', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 2, ledgerConnectionsMax: 1 });
  });
  afterAll(() => database.close());

  async function makeDrop(): Promise<string> {
    const input = { title: 'A drop', stock: 2 * USERS * UNITS, perUserLimit: 2 * UNITS, discount: { percent: 10 } };
    const terms = newTerms('coupon', { ...input, opensAt: new Date().toISOString(), validForDays: 1 }, Date.now());
    return (await createDrop(database, { ...terms, opensAtMs: Date.now() - 1_000 })).id;
  }

  async function claim(dropId: string, from: number, batches: number): Promise<void> {
    const ledger = new Ledger(database, newCode);
    for (let batch = from; batch < from + batches; batch += 1) {
      const requests = Array.from({ length: BATCH_CLAIMS }, (_, place) => ({
        userId: String(((batch * BATCH_CLAIMS + place) % USERS) + 1),
        requestId: `request-${batch}-${place}`,
      }));
      await ledger.claim(dropId, requests);
    }
  }

  const rowsOfClaims = () => rowsRead(database.expressLane, ['claims', 'grants']);

  it('reads a user’s own units and no others, also on a drop of which the planner has never heard', {
    timeout: 120_000,
  }, async () => {
    const batches = (USERS * UNITS) / BATCH_CLAIMS;
    await claim(await makeDrop(), 0, batches);
    await database.execute('analyze');
    const second = await makeDrop();
    await claim(second, 0, batches);
    const before = await rowsOfClaims();
    await claim(second, batches, MEASURED_BATCHES);
    const perClaim = ((await rowsOfClaims()) - before) / (MEASURED_BATCHES * BATCH_CLAIMS);
    expect(perClaim).toBeLessThan(4 * UNITS);
  });
});
