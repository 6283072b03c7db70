import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PgliteDatabase } from '../adapters/pglite-database.ts';
import { newCode } from '../coupons/code.ts';
import { migrate } from '../database/migrate.ts';
import { Catalogue } from '../drops/catalogue.ts';
import { standingOf } from '../drops/drop.ts';
import { amendDrop, createDrop, deleteDrop } from '../drops/store.ts';
import { newTerms } from '../drops/terms.ts';
import { type BatchAnswer, Ledger } from '../ledger/ledger.ts';
import { Gates } from './gates.ts';

const [alice, bob, carol] = ['1', '2', '3'];
const request = (userId: string, requestId = 'request-1') => ({ userId, requestId });

/** Two gateways on one database: what the other one does is seen here only by what is heard, or read. */
describe('the gates of one gateway among several', () => {
  let database: PgliteDatabase;
  let elsewhere: Ledger;
  let catalogue: Catalogue;
  let gates: Gates;
  let hearing: boolean;
  let dropId: string;

  beforeAll(async () => {
    database = await PgliteDatabase.open(null);
    await migrate(database);
    elsewhere = new Ledger(database, newCode);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    catalogue = new Catalogue(database);
    hearing = true;
    gates = new Gates({ catalogue, database, nowMs: () => Date.now(), hearing: () => hearing });
    const opensAt = new Date().toISOString();
    const input = { title: 'A drop', stock: 2, perUserLimit: 2, opensAt, discount: { percent: 10 }, validForDays: 1 };
    dropId = (await createDrop(database, newTerms('coupon', input, Date.now()))).id;
    await gates.open(dropId);
    gates.start();
  });

  afterEach(() => gates.stop());

  const claimElsewhere = async (...users: string[]): Promise<BatchAnswer> => {
    const requests = users.map((userId) => request(userId));
    return (await elsewhere.claim(dropId, requests)) as BatchAnswer;
  };
  const hear = ({ standing, taken }: BatchAnswer) =>
    gates.hear({ dropId, standing, firstEntry: standing.entries, claims: taken });
  const refusal = (userId: string, nowMs = Date.now()) => {
    const drop = catalogue.known(dropId);
    return drop === undefined ? 'no such drop' : gates.get(dropId)?.refuse(drop, request(userId), nowMs);
  };
  const becomes = async (expected: unknown, look: () => unknown) => {
    await expect.poll(look, { interval: 10 }).toEqual(expected);
  };

  it('refuse by what another gateway sold, and let its winners repeat here', async () => {
    hear(await claimElsewhere(alice, bob));
    expect([alice, bob, carol].map((user) => refusal(user))).toEqual([undefined, undefined, 'sold_out']);
  });

  it('let everybody through while news are missing, and soon read what never came', async () => {
    await claimElsewhere(alice);
    hear(await claimElsewhere(bob));
    expect(refusal(carol)).toBeUndefined();
    await becomes('sold_out', () => refusal(carol));
    expect([refusal(alice), refusal(bob)]).toEqual([undefined, undefined]);
  });

  it('find out by themselves when nothing is heard', async () => {
    hearing = false;
    await claimElsewhere(alice, bob);
    await becomes('sold_out', () => refusal(carol));
    expect(refusal(alice)).toBeUndefined();
  });

  it('make sure of the log after the close before they refuse', async () => {
    await claimElsewhere(alice);
    const closesAt = new Date(Date.now() + 1_500).toISOString();
    const drop = await amendDrop(database, dropId, { closesAt }, () => Date.now());
    gates.hear({ dropId, standing: standingOf(drop), firstEntry: drop.entries, claims: [], amended: true });
    await becomes(drop.closesAtMs, () => catalogue.known(dropId)?.closesAtMs);
    // A win in the last moment, of which nothing was heard.
    await claimElsewhere(bob);
    await becomes(true, () => Date.now() > Date.parse(closesAt));
    expect(refusal(carol)).toBeUndefined();
    gates.unsure(dropId);
    await becomes('closed', () => refusal(carol));
    expect([refusal(alice), refusal(bob)]).toEqual([undefined, undefined]);
  });

  it('read the new terms when an administrator changed them elsewhere', async () => {
    hear(await claimElsewhere(alice, bob));
    const drop = await amendDrop(database, dropId, { stock: 3, title: 'One more' }, () => Date.now());
    gates.hear({ dropId, standing: standingOf(drop), firstEntry: drop.entries, claims: [], amended: true });
    await becomes('One more', () => catalogue.known(dropId)?.title);
    expect(refusal(carol)).toBeUndefined();
  });

  it('forget a drop that was deleted elsewhere', async () => {
    hearing = false;
    await deleteDrop(database, dropId);
    await becomes([undefined, undefined], () => [gates.get(dropId), catalogue.known(dropId)]);
  });
});
