/**
 * A shop of slots without its server: desks and jobs, each as in a process of its own, on one database, with a sandbox that one can hold up, silence, or make lie. Time passes
 * when a test says so.
 */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import { SandboxPaymentMethod } from '../../src/adapters/sandbox-payment-method.ts';
import { newCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import { Catalogue } from '../../src/drops/catalogue.ts';
import { createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { Breaker } from '../../src/fleet/breaker.ts';
import { raiseFence } from '../../src/fleet/fences.ts';
import { News } from '../../src/fleet/news.ts';
import { Teller } from '../../src/grants/teller.ts';
import { Herald } from '../../src/herald/herald.ts';
import { GrantLedger } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { mismatchesOf } from '../../src/ledger/reconcile.ts';
import { PaymentBooks } from '../../src/payments/books.ts';
import { PaymentDesk } from '../../src/payments/desk.ts';
import { PaymentFigures } from '../../src/payments/figures.ts';
import type { Approval, BookEntry, Charged, Declined, Order, PaymentMethod } from '../../src/payments/method.ts';
import type { StoredPayment } from '../../src/payments/payment.ts';
import { PaymentLedger } from '../../src/payments/payment-ledger.ts';
import { Provider } from '../../src/payments/providers.ts';
import { paymentsJob } from '../../src/payments/reconciliation.ts';
import { heardOf } from '../../src/payments/store.ts';
import { Metrics } from '../../src/reports/metrics.ts';
import { Tally } from '../../src/reports/tally.ts';
import type { Job } from '../../src/worker/jobs.ts';

export const GRACE_MS = 60_000;
const HOURS_MS = 6 * 3_600_000;
export const CARDS = { good: '4242 4242 4242 4242', declined: '4000 0000 0000 0002' } as const;

/** What happens around the sandbox's own answer. One that never resolves is a process that has died. */
export interface Around {
  /** Whether buyers approve on a page of its own. */
  page?: boolean;
  beforeCharge?(order: Order): Promise<void>;
  afterCharge?(order: Order): Promise<void>;
  /** What it says in the place of what it did. */
  says?(answer: Charged | Declined): Charged | Declined;
  beforeFind?(order: Order): Promise<void>;
  finds?(entry: BookEntry): BookEntry;
  afterFind?(order: Order): Promise<void>;
  beforeRefund?(order: Order): Promise<void>;
  afterRefund?(order: Order): Promise<void>;
}

class HeldUpMethod implements PaymentMethod {
  readonly name = 'sandbox';
  readonly #sandbox: SandboxPaymentMethod;
  readonly #around: Around;

  constructor(sandbox: SandboxPaymentMethod, around: Around) {
    this.#sandbox = sandbox;
    this.#around = around;
  }

  checkout(): Record<string, string> | null {
    return this.#around.page ? { page: 'https://provider.example' } : null;
  }

  readApproval(input: Readonly<Record<string, unknown>>): Approval {
    return this.#sandbox.readApproval(input);
  }

  async charge(order: Order, approval: Approval): Promise<Charged | Declined> {
    await this.#around.beforeCharge?.(order);
    const answer = await this.#sandbox.charge(order, approval);
    await this.#around.afterCharge?.(order);
    return this.#around.says?.(answer) ?? answer;
  }

  async find(order: Order): Promise<BookEntry> {
    await this.#around.beforeFind?.(order);
    const entry = await this.#sandbox.find(order);
    await this.#around.afterFind?.(order);
    return this.#around.finds?.(entry) ?? entry;
  }

  async refund(order: Order): Promise<void> {
    await this.#around.beforeRefund?.(order);
    await this.#sandbox.refund(order);
    await this.#around.afterRefund?.(order);
  }

  readNotice(): undefined {
    return undefined;
  }
}

/** A process dies after one of these was committed: whoever waits for it waits for ever. */
export type Step = 'open' | 'begin' | 'decide';

class MortalLedger extends PaymentLedger {
  readonly #diesAfter: Step | undefined;

  constructor(database: Database, times: { graceMs: number; firstLookMs: number }, diesAfter: Step | undefined) {
    super(database, times);
    this.#diesAfter = diesAfter;
  }

  override async open(...wish: Parameters<PaymentLedger['open']>): ReturnType<PaymentLedger['open']> {
    const opened = await super.open(...wish);
    if (this.#diesAfter === 'open' || (this.#diesAfter === 'begin' && opened.answer === 'begun')) await death();
    return opened;
  }

  override async begin(id: string): ReturnType<PaymentLedger['begin']> {
    const begun = await super.begin(id);
    if (this.#diesAfter === 'begin') await death();
    return begun;
  }

  override async decide(...said: Parameters<PaymentLedger['decide']>): ReturnType<PaymentLedger['decide']> {
    const decision = await super.decide(...said);
    if (this.#diesAfter === 'decide') await death();
    return decision;
  }
}

let mourners: (() => void)[] = [];

export function death(): Promise<never> {
  for (const tell of mourners) tell();
  return new Promise(() => {});
}

/** Until the process that does this work has died; or is done, if it does not come to that. */
export async function untilDeath(work: Promise<unknown>): Promise<void> {
  const died = new Promise<void>((resolve) => {
    mourners.push(resolve);
  });
  await Promise.race([died, work]);
  mourners = [];
}

export interface Slot {
  readonly dropId: string;
  readonly serial: number;
  readonly userId: string;
}

export interface TestProcess {
  readonly provider: Provider;
  pay(slot: Slot, options?: { key?: string; card?: string }): Promise<StoredPayment>;
  approve(slot: Slot, id: string, card?: string): Promise<StoredPayment>;
  readonly job: Job;
}

export interface ProcessOptions {
  readonly around?: Around;
  readonly diesAfter?: Step;
  readonly graceMs?: number;
  readonly probeAfterMs?: number;
}

export class PaymentShop {
  readonly database: Database;
  readonly grantLedger: GrantLedger;
  /** What was logged as an error. */
  readonly errors: object[] = [];
  readonly #teller: Teller;
  readonly #news: News;
  #fence = 0;
  #users = 0;

  constructor(database: Database) {
    this.database = database;
    this.grantLedger = new GrantLedger(database, newCode);
    this.#news = new News(new EmbeddedBroadcast({ alone: true }), 'shop');
    const catalogue = new Catalogue(database);
    this.#teller = new Teller({ news: this.#news, catalogue, nowMs: Date.now, tally: new Tally() });
  }

  /** Slots of a new drop, each in the hands of a new person. */
  async slots(count: number, { price = 1_000, waitingLine = false } = {}): Promise<Slot[]> {
    const terms = { title: 'A kettle', stock: count, opensAt: new Date().toISOString(), price, waitingLine };
    const drop = await createDrop(this.database, newTerms('product', terms, Date.now()));
    const requests = Array.from({ length: count }, () => {
      this.#users += 1;
      return { userId: String(this.#users), requestId: 'request-1' };
    });
    const answer = await new Ledger(this.database, newCode).claim(drop.id, requests);
    return requests.map(({ userId }, place) => {
      const outcome = answer?.outcomes[place];
      if (outcome?.outcome !== 'granted') throw new Error(`no slot: ${outcome?.outcome}`);
      return { dropId: drop.id, serial: outcome.serial, userId };
    });
  }

  async slot(options: { price?: number; waitingLine?: boolean } = {}): Promise<Slot> {
    const [slot] = await this.slots(1, options);
    if (!slot) throw new Error('no slot');
    return slot;
  }

  /** As a process of its own. */
  process({ around = {}, diesAfter, graceMs = GRACE_MS, probeAfterMs = 5_000 }: ProcessOptions = {}): TestProcess {
    const { database } = this;
    const log = {
      warn: () => {},
      error: (what: object) => {
        this.errors.push(what);
      },
    };
    const ledger = new MortalLedger(database, { graceMs, firstLookMs: 5_000 }, diesAfter);
    const sandbox = new SandboxPaymentMethod({
      ...{ database, answerWithinMs: 10, lateByMs: 20 },
      onNotice: (orderId) => heardOf(database, 'sandbox', orderId),
    });
    const onBreakerChange = () => {};
    const provider = new Provider({ method: new HeldUpMethod(sandbox, around), onBreakerChange, probeAfterMs });
    const providers = new Map([['sandbox', provider]]);
    const figures = new PaymentFigures(new Metrics().registry);
    const books = new PaymentBooks({ ledger, figures, log, teller: this.#teller });
    const breaker = new Breaker({ name: 'postgres', failuresMax: 100, probeAfterMs: 1, onChange() {} });
    const desk = new PaymentDesk({ database, ledger, providers, books, breaker, log, teller: this.#teller });
    return {
      provider,
      job: paymentsJob({ database, providers, books, figures, log, graceMs, random: () => 0 }),
      pay: ({ dropId, serial, userId }, { key = randomUUID(), card = CARDS.good } = {}) =>
        desk.pay({ dropId, serial, userId, requestId: key, method: 'sandbox', brought: { card } }),
      approve: ({ userId }, id, card = CARDS.good) => desk.approve(userId, id, { card }),
    };
  }

  /** All messages that buyers have been sent. */
  async told(): Promise<Record<string, unknown>[]> {
    const { database } = this;
    await new Herald({ database, news: this.#news, nowMs: Date.now, ways: { email: false } }).job.run();
    const rows = await database.query<{ body: string }>('select body from messages order by number');
    return rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  /** The job's number, as its next holder gets it. */
  async fence(): Promise<number> {
    this.#fence = await raiseFence(this.database, 'payments');
    return this.#fence;
  }

  /** For everything that has an hour. */
  async timePasses(ms: number): Promise<void> {
    await this.database.execute(`
      update payments set created_at = created_at - interval '${ms} ms', asked_at = asked_at - interval '${ms} ms',
                          decided_at = decided_at - interval '${ms} ms', check_at = check_at - interval '${ms} ms';
      update grants set granted_at = granted_at - interval '${ms} ms', hold_until = hold_until - interval '${ms} ms',
                        expires_at = expires_at - interval '${ms} ms';`);
  }

  /** One slot's hold ends now, or so. */
  async endHold({ dropId, serial }: Slot, inMs = 0): Promise<void> {
    await this.database.query(
      `update grants set hold_until = clock_timestamp() + $3 * interval '1 millisecond',
              expires_at = case when payment_id is null then clock_timestamp() + $3 * interval '1 millisecond' else expires_at end
       where drop_id = $1 and serial = $2`,
      [dropId, serial, inMs],
    );
  }

  /** … and what is kept for its payment, too. */
  async takeAway(slot: Slot): Promise<void> {
    const { dropId, serial } = slot;
    await this.database.query(
      'update grants set hold_until = clock_timestamp(), expires_at = clock_timestamp() where drop_id = $1 and serial = $2',
      [dropId, serial],
    );
    await this.expire();
  }

  async expire(): Promise<void> {
    await this.grantLedger.expire(this.database, await this.grantLedger.due(1_000));
  }

  async giveBack({ dropId, serial, userId }: Slot): Promise<string | undefined> {
    const { answers } = await this.grantLedger.release([{ dropId, serial, userId }]);
    return answers[0]?.answer;
  }

  /** Whoever is still there works until there is nothing left to do, for as long as it takes. */
  async settle(worker: TestProcess = this.process()): Promise<void> {
    const fence = await this.fence();
    for (let looks = 0; looks < 300; looks += 1) {
      await this.expire();
      await worker.job.run(fence);
      const [next] = await this.database.query<{ waitMs: number | null }>(
        'select (extract(epoch from min(check_at) - clock_timestamp()) * 1000)::float8 as "waitMs" from payments',
      );
      const waitMs = next?.waitMs ?? null;
      if (waitMs === null) return;
      // To the next look, and those that come soon after; but of those that come for a day only to a few.
      if (waitMs > 0) await this.timePasses(waitMs > GRACE_MS ? HOURS_MS : Math.ceil(waitMs) + 250);
    }
    throw new Error('it does not come to an end');
  }

  async stateOf({ dropId, serial }: Slot): Promise<string | undefined> {
    const [row] = await this.database.query<{ state: string }>(
      'select state from grants where drop_id = $1 and serial = $2',
      [dropId, serial],
    );
    return row?.state;
  }

  async paymentsOf({ dropId, serial }: Slot): Promise<{ id: string; state: string; failure: string | null }[]> {
    return this.database.query(
      'select id, state, failure from payments where drop_id = $1 and serial = $2 order by created_at',
      [dropId, serial],
    );
  }

  /** How many charges the sandbox has made for these slots and kept, and how many it has given back. */
  async books(slots: readonly Slot[]): Promise<{ kept: number; refunded: number }> {
    const [row] = await this.database.query<{ kept: number; refunded: number }>(
      `select count(*) filter (where c.refunded_at is null)::int as kept, count(c.refunded_at)::int as refunded
       from sandbox_charges c join payments p on p.id = c.order_id
       where (p.drop_id, p.serial) in (select * from unnest($1::bigint[], $2::int[]))`,
      [slots.map(({ dropId }) => dropId), slots.map(({ serial }) => serial)],
    );
    return row ?? { kept: 0, refunded: 0 };
  }

  /**
   * When all is settled: each charge is confirmed or given back, and not both; each slot is confirmed by one payment and its charge, or by none; nothing is open; and the
   * ledger agrees with itself.
   */
  async expectSound(): Promise<void> {
    const wrong = await this.database.query(`
      select p.id, p.state, p.amount, g.state as slot, g.payment_id, c.order_id is not null as charged, c.refunded_at is not null as refunded, p.failure
      from payments p
      join grants g on g.drop_id = p.drop_id and g.serial = p.serial
      left join sandbox_charges c on c.order_id = p.id
      where case p.state
        when 'succeeded' then g.state <> 'confirmed' or g.payment_id is distinct from p.id or g.user_id <> p.user_id
                              or (p.amount > 0 and (c.order_id is null or c.refunded_at is not null or c.amount <> p.amount))
        when 'refunded' then c.refunded_at is null or p.refunded_at is null or p.failure is null
        when 'failed' then c.order_id is not null or p.failure is null
        else true end`);
    expect(wrong).toEqual([]);
    const slots = await this.database.query(`
      select g.drop_id, g.serial, g.state, g.payment_id from grants g
      where (g.state = 'confirmed') <> (1 = (select count(*) from payments p where p.drop_id = g.drop_id and p.serial = g.serial and p.state = 'succeeded'))
         or (g.state = 'held' and g.payment_id is not null)
         or (g.state = 'confirmed') <> (g.settled_at is not null) or g.state in ('confirmed', 'held') and g.released_at is not null`);
    expect(slots).toEqual([]);
    const drops = await this.database.query<{ id: string }>('select id from drops');
    expect(
      await mismatchesOf(
        this.database,
        drops.map(({ id }) => id),
      ),
    ).toEqual([]);
  }
}
