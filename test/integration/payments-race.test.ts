/** A thousand people who pay at the very moment at which their hold ends; some give their slot back then, too. Each slot is confirmed, or each charge for it is given back. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Database } from '../../src/database/database.ts';
import { Problem } from '../../src/http/problem.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { PaymentShop, type Slot } from './payment-shop.ts';

const SLOTS = 1_000;
const PEOPLE_AT_ONCE = 24;
const GRACE_MS = 25;
const CHARGE_MS_MAX = 40;
const GIVEN_BACK_EVERY = 5;

describe('a payment and the end of its hold at the same instant', { timeout: 120_000 }, () => {
  it('on PGlite', async () => {
    const database = await openEmbedded();
    try {
      await race(database);
    } finally {
      await database.close();
    }
  });

  describe.skipIf(!hasPostgres)('on PostgreSQL', () => {
    const fresh = useFreshDatabase();
    let database: PostgresDatabase;
    beforeAll(() => {
      database = new PostgresDatabase({ url: fresh.url, connectionsMax: 12, ledgerConnectionsMax: 8 });
    });
    afterAll(() => database.close());

    it('on PostgreSQL, with two gateways', () => race(database));
  });
});

async function race(database: Database): Promise<void> {
  const shop = new PaymentShop(database);
  const slots = await shop.slots(SLOTS);
  const around = { beforeCharge: () => pause(Math.random() * CHARGE_MS_MAX) };
  const gateways = [1, 2].map(() => shop.process({ around, graceMs: GRACE_MS }));

  let racing = true;
  const expiry = (async () => {
    while (racing) {
      await shop.expire();
      await pause(3);
    }
  })();
  // As long as a payment takes on this machine, at this moment: a hold lasts up to twice that.
  let typicalMs = CHARGE_MS_MAX;
  const answers: string[] = [];
  const waiting = slots.entries();
  const people = Array.from({ length: PEOPLE_AT_ONCE }, async () => {
    for (const [place, slot] of waiting) {
      const [holdMs, startedAtMs] = [Math.random() * 2 * typicalMs, performance.now()];
      await shop.endHold(slot, holdMs);
      const givenBack = place % GIVEN_BACK_EVERY === 0 && pause(Math.random() * holdMs).then(() => shop.giveBack(slot));
      const answer = await gateways[place % 2]?.pay(slot).then(
        ({ state }) => state,
        (error: unknown) => {
          if (error instanceof Problem) return error.code;
          throw error;
        },
      );
      if (answer === 'succeeded' || answer === 'refunded') {
        typicalMs += 0.1 * (performance.now() - startedAtMs - typicalMs);
      }
      await givenBack;
      answers.push(answer ?? '');
    }
  });
  await Promise.all(people);
  racing = false;
  await expiry;
  await shop.settle();

  await shop.expectSound();
  const figures = await outcomes(shop, slots);
  console.log(figures);
  const states = Object.values(figures).reduce((sum, count) => sum + count, 0);
  expect(states).toBe(SLOTS);
  for (const each of ['confirmed, charged', 'expired, not charged', 'expired, refunded'] as const) {
    expect(figures[each]).toBeGreaterThan(0);
  }
  expect(answers.filter((answer) => answer === 'succeeded')).toHaveLength(figures['confirmed, charged'] ?? 0);
}

/** How many slots ended how. */
async function outcomes(shop: PaymentShop, slots: readonly Slot[]): Promise<Record<string, number>> {
  const rows = await shop.database.query<{ outcome: string; count: number }>(
    `select concat(g.state, ', ', coalesce((
              select string_agg(case when c.refunded_at is null then 'charged' else 'refunded' end, ' and ')
              from payments p join sandbox_charges c on c.order_id = p.id
              where p.drop_id = g.drop_id and p.serial = g.serial), 'not charged')) as outcome, count(*)::int
     from grants g where g.drop_id = $1 group by 1`,
    [slots[0]?.dropId],
  );
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
}
