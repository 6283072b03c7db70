/** The worker that ends slots, at its worst moments: it wakes up late, it is killed while it works, two are there at once. Nothing ends early, twice, or not at all. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { newCode } from '../../src/coupons/code.ts';
import { createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { FencedOff, raiseFence } from '../../src/fleet/fences.ts';
import { expiryJob } from '../../src/grants/expiry.ts';
import type { Teller } from '../../src/grants/teller.ts';
import { GrantLedger } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { mismatchesOf } from '../../src/ledger/reconcile.ts';
import type { Job } from '../../src/worker/jobs.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { ServerProcess } from './server-process.ts';

const SLOTS = 3_000;

describe.skipIf(!hasPostgres)('slots that end', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  let ledger: Ledger;
  let grantLedger: GrantLedger;

  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 4, ledgerConnectionsMax: 4 });
    ledger = new Ledger(database, newCode);
    grantLedger = new GrantLedger(database, newCode);
  });
  afterAll(() => database.close());

  let dropId: string;
  beforeEach(async () => {
    const input = { title: 'A sale', stock: SLOTS, price: 1, holdMinutes: 30, waitingLine: true };
    const terms = newTerms('product', { ...input, opensAt: new Date().toISOString() }, Date.now());
    dropId = (await createDrop(database, { ...terms, opensAtMs: Date.now() - 60_000 })).id;
  });

  async function fill(): Promise<void> {
    const people = (from: number) =>
      Array.from({ length: SLOTS }, (_, place) => ({ userId: String(from + place), requestId: 'request-1' }));
    await ledger.claim(dropId, people(1));
    await grantLedger.wait(dropId, people(1 + SLOTS));
  }

  /** `ended`: how many it says that it has ended, each time. */
  const jobOf = (ended: number[]): Job =>
    expiryJob({
      database,
      grantLedger,
      teller: { tell() {} } as unknown as Teller,
      onExpired: (grants) => ended.push(grants),
    });
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

  const states = async (): Promise<Record<string, number>> => {
    const rows = await database.query<{ state: string; count: number }>(
      'select state, count(*)::int as count from grants where drop_id = $1 group by state',
      [dropId],
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  };
  /** As if their time had gone by. */
  const endHolds = () =>
    database.query('update grants set hold_until = now(), expires_at = now() where drop_id = $1', [dropId]);

  /** Each slot ended once by the log, none before its time, and its unit went to the line, in order. */
  async function expectAllEndedOnce(): Promise<void> {
    const [facts] = await database.query(
      `with ended as (
         select serial::int, l.at from log_entries l, json_array_elements_text(l.body -> 'serials') serial
         where l.drop_id = $1 and l.kind = 'released')
       select (select count(*)::int from ended) as ended, (select count(distinct serial)::int from ended) as serials,
              (select count(*)::int from ended e join grants g on g.drop_id = $1 and g.serial = e.serial where e.at < g.hold_until) as early,
              (select count(*)::int from grants a join grants b on b.drop_id = $1 and b.serial = a.serial + 1
               where a.drop_id = $1 and a.serial > ${SLOTS} and b.arrival < a.arrival) as overtaken`,
      [dropId],
    );
    expect(facts).toEqual({ ended: SLOTS, serials: SLOTS, early: 0, overtaken: 0 });
    expect(await mismatchesOf(database, [dropId])).toEqual([]);
  }

  it('are not ended by a worker that was paused past its lease', async () => {
    await fill();
    const late = await raiseFence(database, 'expiry');
    const current = await raiseFence(database, 'expiry');
    await endHolds();
    const ended: number[] = [];
    await expect(jobOf(ended).run(late)).rejects.toBeInstanceOf(FencedOff);
    expect(await states()).toEqual({ held: SLOTS });
    expect(ended).toEqual([]);
    await jobOf(ended).run(current);
    expect(sum(ended)).toBe(SLOTS);
    await expectAllEndedOnce();
  });

  it('are ended once by two who both think that they may', async () => {
    await fill();
    const fence = await raiseFence(database, 'expiry');
    await endHolds();
    const [one, other]: [number[], number[]] = [[], []];
    await Promise.all([jobOf(one).run(fence), jobOf(other).run(fence)]);
    expect(sum(one) + sum(other)).toBe(SLOTS);
    await expectAllEndedOnce();
  });

  it('are all ended, once, when the worker is killed while it works', { timeout: 90_000 }, async () => {
    const environment = {
      ...{ DATABASE_URL: fresh.url, ROLES: 'gateway,worker', DATABASE_CONNECTIONS_MAX: '120' },
      JWT_SECRET: 'a secret of at least thirty-two characters',
    };
    const workers = [await ServerProcess.start(environment), await ServerProcess.start(environment)];
    try {
      await fill();
      await endHolds();
      await expect.poll(async () => (await states())['expired'] ?? 0, { interval: 5 }).toBeGreaterThan(0);
      // It was there first, so it holds the lease; the other one takes over when that has run out.
      await workers[0]?.stop('SIGKILL');
      await expect.poll(async () => (await states())['expired'] ?? 0, { timeout: 40_000 }).toBe(SLOTS);
      await workers[1]?.stop('SIGKILL');
      const [facts] = await database.query(
        `with ended as (
           select serial::int from log_entries l, json_array_elements_text(l.body -> 'serials') serial
           where l.drop_id = $1 and l.kind = 'released')
         select count(*)::int as ended, count(distinct serial)::int as serials from ended`,
        [dropId],
      );
      expect(facts).toEqual({ ended: SLOTS, serials: SLOTS });
      expect(await mismatchesOf(database, [dropId])).toEqual([]);
    } finally {
      for (const worker of workers) await worker.remove();
    }
  });
});
