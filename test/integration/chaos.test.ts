/** The short form of `npm run chaos`: real processes, a sale or two, faults meanwhile, and the history checker as the judge. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet } from '../../chaos/fleet.ts';
import { planSale } from '../../chaos/plan.ts';
import { playSale } from '../../chaos/sale.ts';
import { scenarioOf } from '../../chaos/scenarios.ts';
import type { Buyer } from '../../src/loadtest/connection.ts';
import { hasPostgres } from '../servers/database.ts';
import { hasKafka } from '../servers/kafka.ts';
import { hasRedis } from '../servers/redis.ts';

const BUYERS = 250;

describe.skipIf(!hasPostgres || !hasRedis || !hasKafka)('a sale with faults', () => {
  const { signal } = new AbortController();
  let fleet: Fleet;
  let buyers: Buyer[];

  beforeAll(async () => {
    fleet = await Fleet.start();
    buyers = await fleet.makeBuyers(BUYERS, signal);
  }, 120_000);
  afterAll(async () => {
    await fleet?.close();
    fleet?.folder.remove();
  });

  it.each(['short', 'sequencer-freeze'])(
    'breaks no promise: %s',
    async (name) => {
      const scenario = scenarioOf(name);
      const { violations } = await playSale(fleet, scenario, planSale(scenario, 1, true), buyers, signal);
      expect(violations).toEqual([]);
    },
    120_000,
  );
});
