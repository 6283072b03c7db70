/**
 * Two slots, and everybody who may touch them, in any order: its holder who presses, approves and gives back, two gateways, two workers, notices, the end of the hold and of the
 * grace. Every question to the provider is held on its way there, and every answer on its way back, until the plan lets one go, loses it, or kills the process that waits for it.
 * In the end each charge is confirmed or given back.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import type { Database, Queryable } from '../../src/database/database.ts';
import { FencedOff } from '../../src/fleet/fences.ts';
import { Problem } from '../../src/http/problem.ts';
import { PaymentInDoubt } from '../../src/payments/method.ts';
import { heardOf } from '../../src/payments/store.ts';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { type Around, CARDS, GRACE_MS, PaymentShop, type Slot, type TestProcess } from './payment-shop.ts';

const RUNS = 100;

describe('all interleavings of what happens to a slot', { timeout: 240_000 }, () => {
  describe('on PGlite', () => {
    let database: PgliteDatabase;
    beforeAll(async () => {
      database = await openEmbedded();
    });
    afterAll(() => database.close());
    it('end with each charge confirmed or given back', () => fc.assert(property(database), { numRuns: RUNS }));
  });

  describe.skipIf(!hasPostgres)('on PostgreSQL', () => {
    const fresh = useFreshDatabase();
    let database: PostgresDatabase;
    beforeAll(() => {
      database = new PostgresDatabase({ url: fresh.url, connectionsMax: 12, ledgerConnectionsMax: 8 });
    });
    afterAll(() => database.close());
    it('end with each charge confirmed or given back', () => fc.assert(property(database), { numRuns: RUNS }));
  });
});

const choice = fc.nat(7);
const one = fc.nat(1);
const STEP = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pay' as const), slot: one, key: fc.nat(3), good: fc.nat(3), at: one }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('approve' as const), slot: one, which: choice, at: one }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('message' as const),
      // What was sent last arrives first more often than not: so that questions are answered while a charge is still on its way.
      which: fc.oneof(fc.constant(-1), choice),
      fate: fc.constantFrom(...(['arrives', 'arrives', 'arrives', 'arrives', 'is_lost', 'is_lost', 'kills'] as const)),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('job' as const), at: one, afterMs: fc.constantFrom(0, 5_000, GRACE_MS) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('notice' as const), slot: one, which: choice }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('end_hold' as const, 'take_away', 'give_back'), slot: one }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('expire' as const, 'grace_over') }) },
);
type Step = typeof STEP extends fc.Arbitrary<infer Each> ? Each : never;

function property(database: Database) {
  const watched = new WatchedDatabase(database);
  const shop = new PaymentShop(watched);
  return fc.asyncProperty(
    fc.boolean(),
    fc.array(STEP, { minLength: 10, maxLength: 60, size: 'max' }),
    async (page, steps) => {
      // All that time moves and the end looks at is this run's.
      await watched.execute('truncate payments, sandbox_charges, grants, claims, log_entries, drops');
      const run = new Run(shop, watched, page, await shop.slots(2));
      for (const slot of [0, 1]) {
        await run.step({ do: 'pay', slot, key: 0, good: 1, at: 0 });
        if (page) await run.step({ do: 'approve', slot, which: 0, at: 0 });
      }
      for (const step of steps) await run.step(step);
      await run.end();
    },
  );
}

class Run {
  readonly #shop: PaymentShop;
  readonly #database: WatchedDatabase;
  readonly #slots: readonly Slot[];
  readonly #gateways: TestProcess[];
  readonly #workers: { readonly process: TestProcess; busy: boolean }[];
  /** On their way. */
  readonly #messages: { readonly arrive: () => void; readonly lose: () => void }[] = [];
  readonly #failures: unknown[] = [];

  constructor(shop: PaymentShop, database: WatchedDatabase, page: boolean, slots: readonly Slot[]) {
    this.#shop = shop;
    this.#database = database;
    this.#slots = slots;
    const hold = () => this.#hold();
    const around: Around = {
      ...{ page, beforeCharge: hold, afterCharge: hold, beforeFind: hold, afterFind: hold },
      ...{ beforeRefund: hold, afterRefund: hold },
    };
    this.#gateways = [1, 2].map(() => shop.process({ around }));
    this.#workers = [1, 2].map(() => ({ process: shop.process({ around }), busy: false }));
  }

  async step(step: Step): Promise<void> {
    await this.#do(step);
    await this.#database.quiet();
  }

  /** All that is on its way arrives; whoever died is followed by others; and time passes. */
  async end(): Promise<void> {
    while (this.#messages.length > 0) {
      for (const { arrive } of this.#messages.splice(0)) arrive();
      await this.#database.quiet();
    }
    await this.#shop.settle();
    if (this.#failures.length > 0) throw this.#failures[0];
    await this.#shop.expectSound();
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'pay': {
        const options = { key: `request-${step.key}`, card: step.good === 0 ? CARDS.declined : CARDS.good };
        return this.#start(this.#gateways[step.at]?.pay(this.#slot(step), options));
      }
      case 'approve': {
        const payment = await this.#pick(step);
        if (payment !== undefined) this.#start(this.#gateways[step.at]?.approve(this.#slot(step), payment));
        return;
      }
      case 'message': {
        if (this.#messages.length === 0) return this.#work(0);
        const place = step.which < 0 ? -1 : step.which % this.#messages.length;
        const [message] = this.#messages.splice(place, 1);
        if (step.fate === 'arrives') message?.arrive();
        if (step.fate === 'is_lost') message?.lose();
        return; // … else whoever waits for it waits for ever
      }
      case 'job':
        await this.#shop.timePasses(step.afterMs);
        return this.#work(step.at);
      case 'notice':
        return heardOf(this.#database, 'sandbox', (await this.#pick(step)) ?? 'nobody’s');
      case 'end_hold':
        return this.#shop.endHold(this.#slot(step));
      case 'take_away':
        return this.#shop.takeAway(this.#slot(step));
      case 'expire':
        return this.#shop.expire();
      case 'grace_over':
        return this.#shop.timePasses(GRACE_MS);
      default:
        await this.#shop.giveBack(this.#slot(step));
    }
  }

  /** A round of a worker that is not in one, with the next number: whoever is in one is fenced off. */
  async #work(at: number): Promise<void> {
    const worker = this.#workers[at];
    if (worker === undefined || worker.busy) return;
    worker.busy = true;
    const round = worker.process.job.run(await this.#shop.fence());
    this.#start(round.finally(() => Object.assign(worker, { busy: false })));
  }

  /** Refusals are answers. What else is thrown fails the run. */
  #start(work: Promise<unknown> | undefined): void {
    work?.catch((error: unknown) => {
      if (!(error instanceof Problem || error instanceof FencedOff)) this.#failures.push(error);
    });
  }

  #slot({ slot }: { readonly slot: number }): Slot {
    const found = this.#slots[slot];
    if (found === undefined) throw new Error('there are two slots');
    return found;
  }

  async #pick({ which, ...of }: { readonly which: number; readonly slot: number }): Promise<string | undefined> {
    const payments = await this.#shop.paymentsOf(this.#slot(of));
    return payments[which % Math.max(1, payments.length)]?.id;
  }

  #hold(): Promise<void> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(new PaymentInDoubt('lost on its way', { about: 'order' }));
      this.#messages.push({ arrive: resolve, lose });
    });
  }
}

/** Knows when nobody is at the database: then everybody who is alive waits for a message. */
class WatchedDatabase implements Database {
  readonly expressLane: Queryable;
  readonly #database: Database;
  #statements = 0;
  #rests = (): void => {};

  constructor(database: Database) {
    this.#database = database;
    this.expressLane = {
      query: (text, parameters) => this.#watch(database.expressLane.query(text, parameters)),
      execute: (script) => this.#watch(database.expressLane.execute(script)),
    };
  }

  readonly query: Queryable['query'] = (text, parameters) => this.#watch(this.#database.query(text, parameters));
  readonly execute: Queryable['execute'] = (script) => this.#watch(this.#database.execute(script));

  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    return this.#watch(this.#database.transaction(work));
  }

  session<Result>(work: (session: Queryable) => Promise<Result>): Promise<Result> {
    return this.#database.session(work);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async quiet(): Promise<void> {
    for (let turns = 0; turns < 5; turns += 1) {
      await new Promise(setImmediate);
      if (this.#statements === 0) continue;
      // Asleep, and not turn by turn: the database needs the processor.
      await new Promise<void>((resolve) => {
        this.#rests = resolve;
      });
      turns = 0;
    }
  }

  async #watch<Result>(statement: Promise<Result>): Promise<Result> {
    this.#statements += 1;
    try {
      return await statement;
    } finally {
      this.#statements -= 1;
      if (this.#statements === 0) this.#rests();
    }
  }
}
