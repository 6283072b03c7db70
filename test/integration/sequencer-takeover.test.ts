/** Two sequencers and one ledger, at the two worst moments: the first one falls silent after its commit, or wakes up after the other has taken over. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Delivery } from '../../src/claims/claim-queue.ts';
import { Sequencer } from '../../src/claims/sequencer.ts';
import { newCode } from '../../src/coupons/code.ts';
import { createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { checkHistory } from '../../src/history/check.ts';
import { parseLedger } from '../../src/history/ledger.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Outcome } from '../../src/ledger/outcome.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';

const STOCK = 3;

describe.skipIf(!hasPostgres)('a sequencer that takes over', () => {
  const fresh = useFreshDatabase();
  let database: PostgresDatabase;
  let topic: string;
  let topics = 0;
  let dropId: string;
  let told: Map<string, (Outcome | null)[]>;
  let fencedOff: number;

  beforeAll(() => {
    database = new PostgresDatabase({ url: fresh.url, connectionsMax: 4, ledgerConnectionsMax: 4 });
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    topics += 1;
    topic = `topic-${topics}`;
    told = new Map();
    fencedOff = 0;
    const input = { title: 'A drop', stock: STOCK, perUserLimit: 1, opensAt: new Date().toISOString() };
    const terms = newTerms('coupon', { ...input, discount: { percent: 10 }, validForDays: 1 }, Date.now());
    dropId = (await createDrop(database, { ...terms, opensAtMs: Date.now() - 1_000 })).id;
  });

  function sequencer(ledger: Pick<Ledger, 'claimQueued' | 'positionOf' | 'answersTo'>, tells: boolean): Sequencer {
    const created = new Sequencer({
      queue: { earliest: async () => 0n, applied() {}, readAgain() {} },
      ledger,
      batchMax: 100,
      onDecided() {},
      onFailed() {},
      onFencedOff() {
        fencedOff += 1;
      },
      tell({ claims }, outcomes) {
        if (!tells) return;
        for (const [place, { requestId }] of claims.entries())
          told.set(requestId, [...(told.get(requestId) ?? []), outcomes[place] ?? null]);
      },
    });
    created.assigned([0]);
    return created;
  }

  function record(offset: number, ...users: number[]): Delivery {
    const claims = users.map((user) => ({ userId: String(user), requestId: `request-${user}` }));
    const content = { from: 'gateway', dropId, claims };
    return { topic, partition: 0, offset: BigInt(offset), content };
  }

  async function violations(): Promise<unknown[]> {
    let lines = '';
    for await (const line of exportLedger(database, dropId)) lines += line;
    const ledger = parseLedger(lines);
    expect(ledger.drop.granted).toBe(STOCK);
    return checkHistory([], ledger);
  }

  const until = (condition: () => boolean) => expect.poll(condition).toBe(true);

  it('tells what the first one committed and never told, and decides nothing twice', async () => {
    const ledger = new Ledger(database, newCode);
    const first = sequencer(ledger, false);
    void first.deliver(record(0, 1, 2));
    await expect.poll(() => ledger.positionOf(topic, 0)).toBe(1n);

    const second = sequencer(ledger, true);
    void second.deliver(record(0, 1, 2));
    void second.deliver(record(1, 3, 4));
    await until(() => told.size === 4);
    expect([...told].map(([, outcomes]) => outcomes.map((outcome) => outcome?.outcome))).toEqual([
      ['granted'],
      ['granted'],
      ['granted'],
      ['sold_out'],
    ]);
    expect(await violations()).toEqual([]);
  });

  it('fences off the first one when that wakes up with a batch in its hands, and both tell the same', async () => {
    const ledger = new Ledger(database, newCode);
    const { promise: asleep, resolve: wakeUp } = Promise.withResolvers<void>();
    const { promise: hasBatch, resolve: takesBatch } = Promise.withResolvers<void>();
    const frozen = {
      positionOf: (of: string, partition: number) => ledger.positionOf(of, partition),
      answersTo: (...of: Parameters<Ledger['answersTo']>) => ledger.answersTo(...of),
      async claimQueued(...batch: Parameters<Ledger['claimQueued']>) {
        takesBatch();
        await asleep;
        return ledger.claimQueued(...batch);
      },
    };
    const first = sequencer(frozen, true);
    void first.deliver(record(0, 1, 2));
    await hasBatch;

    const second = sequencer(ledger, true);
    void second.deliver(record(0, 1, 2));
    void second.deliver(record(1, 3, 4));
    await until(() => told.size === 4);
    wakeUp();
    await until(() => told.get('request-1')?.length === 2);
    expect(fencedOff).toBe(1);
    expect(told.get('request-2')?.[1]).toEqual(told.get('request-2')?.[0]);
    expect(await violations()).toEqual([]);
  });
});
