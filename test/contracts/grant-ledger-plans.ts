/** That a change costs the same, however much a drop has sold and however many wait: rows are counted, not milliseconds. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { behindCurtain, LargeDrop } from './grant-ledger-large.ts';

/** So many hold a unit of a large drop, and as many wait. */
const MANY = 20_000;
const FEW = 100;
const BATCH = 100;
/** From the sixth execution on a statement's plan may be kept for the next ones. */
const PRACTICE = 8;
/** Of claims, grants, waiters and payments; and beyond those a few that a loop fetches ahead. */
const ROWS_PER_REQUEST_MAX = 8;
const ROWS_AHEAD_MAX = 100;

/** Prepares so many requests, and then makes them. */
type Step = (drop: LargeDrop, requests: number) => Promise<() => Promise<unknown>>;

const COUPON_STEPS: Readonly<Record<string, Step>> = {
  'using coupons': async (drop, requests) => {
    const uses = drop.grants(requests).map((grant) => ({ ...grant, requestId: 'use', reference: null }));
    return () => drop.grantLedger.settle(uses);
  },
};

const SLOT_STEPS: Readonly<Record<string, Step>> = {
  claiming: async (drop, requests) => {
    const claims = drop.grants(requests).map(({ userId }) => ({ userId, requestId: 'one more' }));
    return () => drop.ledger.claim(drop.id, claims);
  },
  'giving back, and offering that to the line': async (drop, requests) => {
    const grants = drop.grants(requests);
    return () => drop.grantLedger.release(grants);
  },
  'finding what is due': async (drop, requests) => {
    await makeDue(drop, requests);
    return () => drop.grantLedger.due(requests);
  },
  'ending what is due': async (drop, requests) => {
    const grants = await makeDue(drop, requests);
    return () => drop.grantLedger.expire(drop.database, grants);
  },
  'offering what was added': async (drop, requests) => {
    await drop.database.query('update drops set stock = stock + $2 where id = $1', [drop.id, requests]);
    return () => drop.grantLedger.offer(drop.database, drop.id, requests);
  },
  'joining the line': async (drop, requests) => {
    const people = drop.refused(requests);
    return () => drop.grantLedger.wait(drop.id, people);
  },
  'leaving the line': async (drop) => {
    const userId = drop.waiter();
    return () => drop.grantLedger.leave(drop.id, userId);
  },
  'opening a payment': async (drop) => {
    const wish = wishFor(drop);
    return () => drop.paymentLedger.open({ ...wish, ask: false });
  },
  'beginning a payment': async (drop) => {
    const wish = wishFor(drop);
    await drop.paymentLedger.open({ ...wish, ask: false });
    return () => drop.paymentLedger.begin(wish.id);
  },
  'deciding a payment': async (drop) => {
    const wish = wishFor(drop);
    await drop.paymentLedger.open({ ...wish, ask: true });
    return () => drop.paymentLedger.decide(wish.id, { word: 'charged', providerKey: 'key', receiptUrl: null }, null);
  },
};

interface Reading {
  readonly requests: number;
  readonly tablesReadWhole: number;
  readonly rows: number;
}

export function plans(open: () => Database): void {
  describe('on a large drop', () => {
    /** By step: of one request and of many, with a plan from when the tables were small; with one for another drop; and with one for this drop. */
    const readings = new Map<string, Reading[]>();
    const readAll = async (drops: Drops): Promise<void> => {
      for (const [name, step, drop] of steps(drops)) {
        readings.set(name, [...(readings.get(name) ?? []), ...(await read(drop, step))]);
      }
    };

    beforeAll(async () => {
      await behindCurtain(open(), async (database) => {
        const drops = await largeDrops(database, FEW);
        await database.execute('analyze drops, claims, grants, waiters, payments');
        for (const [, step, drop] of steps(drops)) {
          for (let round = 0; round < PRACTICE; round += 1) await (await step(drop, 1))();
        }
        for (const drop of Object.values(drops)) await drop.grow(MANY);
        await payments(drops.slots, MANY);
        await readAll(drops);
      });
      await behindCurtain(open(), async (database) => {
        const known = await largeDrops(database, MANY / 4);
        await payments(known.slots, MANY);
        await database.execute('analyze drops, claims, grants, waiters, payments');
        const drops = await largeDrops(database, MANY);
        for (const [, step, drop] of steps(known)) {
          for (let round = 0; round < PRACTICE; round += 1) await (await step(drop, 1))();
        }
        await readAll(drops);
        await database.execute('discard plans');
        await readAll(drops);
      });
    }, 180_000);

    it.each([...Object.keys(COUPON_STEPS), ...Object.keys(SLOT_STEPS)])(
      '%s reads what it needs, whatever the plan was made for',
      (name) => {
        expect(readings.get(name)?.map(told)).toEqual(Array.from({ length: 6 }, () => 'a few rows'));
      },
    );
  });
}

interface Drops {
  readonly coupons: LargeDrop;
  readonly slots: LargeDrop;
}

async function largeDrops(database: Database, size: number): Promise<Drops> {
  return {
    coupons: await LargeDrop.open(database, 'coupon', size),
    slots: await LargeDrop.open(database, 'product', size),
  };
}

function steps({ coupons, slots }: Drops): (readonly [string, Step, LargeDrop])[] {
  return [
    ...Object.entries(COUPON_STEPS).map(([name, step]) => [name, step, coupons] as const),
    ...Object.entries(SLOT_STEPS).map(([name, step]) => [name, step, slots] as const),
  ];
}

/** Of one request alone, and of many at once. */
async function read(drop: LargeDrop, step: Step): Promise<Reading[]> {
  const { database } = drop;
  const readings: Reading[] = [];
  for (const requests of [1, BATCH]) {
    const act = await step(drop, requests);
    const before = await rowsRead(database);
    await act();
    const after = await rowsRead(database);
    readings.push({ requests, tablesReadWhole: after.scans - before.scans, rows: after.rows - before.rows });
  }
  return readings;
}

function told({ requests, tablesReadWhole, rows }: Reading): string {
  if (tablesReadWhole > 0) return `${tablesReadWhole} tables read whole`;
  const isFew = rows <= ROWS_AHEAD_MAX + requests * ROWS_PER_REQUEST_MAX;
  return isFew ? 'a few rows' : `${rows} rows for ${requests} requests`;
}

/** By this transaction, so far. */
async function rowsRead(database: Database): Promise<{ scans: number; rows: number }> {
  const [row] = await database.query<{ scans: number; rows: number }>(
    `select sum(coalesce(seq_scan, 0))::int as scans, sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows
     from pg_stat_xact_user_tables where relname in ('claims', 'grants', 'waiters', 'payments')`,
  );
  return row ?? { scans: 0, rows: 0 };
}

async function makeDue(drop: LargeDrop, count: number) {
  const grants = drop.grants(count);
  await drop.database.query(
    `update grants set hold_until = granted_at, expires_at = granted_at where drop_id = $1 and serial = any($2)`,
    [drop.id, grants.map(({ serial }) => serial)],
  );
  return grants;
}

function wishFor(drop: LargeDrop) {
  const [grant] = drop.grants(1);
  const { serial = 0, userId = '' } = grant ?? {};
  return { id: `large-${drop.id}-${serial}`, dropId: drop.id, serial, userId, requestId: 'pay', method: 'sandbox' };
}

/** That have failed long ago, one for each of the last grants. */
async function payments(drop: LargeDrop, count: number): Promise<void> {
  await drop.database.query(
    `insert into payments (id, drop_id, serial, user_id, request_id, method, amount, currency, state, created_at, decided_at)
     select 'old-' || drop_id || '-' || serial, drop_id, serial, user_id, 'old', 'sandbox', 1000, 'KRW', 'failed', clock_timestamp(), clock_timestamp()
     from grants where drop_id = $1 order by serial desc limit $2`,
    [drop.id, count],
  );
}
