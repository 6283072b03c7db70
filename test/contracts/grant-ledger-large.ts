/** Drops with very many grants and people who wait, made at once, in a transaction that is not committed: nothing of them is left behind, or in anybody's way. */
import { newCode } from '../../src/coupons/code.ts';
import type { Database, Queryable } from '../../src/database/database.ts';
import { GrantLedger } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { PaymentLedger } from '../../src/payments/payment-ledger.ts';
import { openDrop } from './grant-ledger-stage.ts';

class Curtain extends Error {}

/** Runs in a transaction that is rolled back, where the tables are empty. */
export async function behindCurtain<Result>(
  database: Database,
  act: (stage: Database) => Promise<Result>,
): Promise<Result> {
  let result: { readonly of: Result } | undefined;
  const played = database.transaction(async (transaction) => {
    await transaction.execute('truncate drops, claims, grants, waiters, payments, log_entries');
    result = { of: await act(within(transaction)) };
    throw new Curtain();
  });
  await played.catch((error: unknown) => {
    if (!(error instanceof Curtain)) throw error;
  });
  if (result === undefined) throw new Error('nothing was played');
  return result.of;
}

function within(transaction: Queryable): Database {
  return {
    query: transaction.query,
    execute: transaction.execute,
    expressLane: transaction,
    transaction: (work) => work(transaction),
    session: (work) => work(transaction),
    close: async () => {},
  };
}

const CLAIMS = `
  insert into claims (drop_id, user_id, arrival, claimed_at, outcome, serial, request_id)
  select $1, $2::bigint + n, $2::bigint + n, clock_timestamp(), 'sold_out', null, 'mine' from generate_series(1, $3::int) n`;

const WINNERS = `
  with won as (
    insert into claims (drop_id, user_id, arrival, claimed_at, outcome, serial, request_id)
    select $1, $2::int + n, $2::int + n, clock_timestamp(), 'granted', $2::int + n, 'mine' from generate_series(1, $3::int) n returning serial)
  insert into grants (drop_id, user_id, arrival, granted_at, serial, state, code, hold_until, valid_until, expires_at)
  select d.id, serial, serial, clock_timestamp(), serial, case d.kind when 'coupon' then 'issued' else 'held' end,
         case d.kind when 'coupon' then 'large-' || d.id || '-' || serial end,
         case d.kind when 'product' then clock_timestamp() + interval '1 hour' end,
         case d.kind when 'coupon' then clock_timestamp() + interval '1 hour' end, clock_timestamp() + interval '1 hour'
  from won, drops d where d.id = $1`;

const WAITERS = `
  insert into waiters (drop_id, user_id, arrival, joined_at, request_id, state)
  select $1, $2::bigint + n, $2::bigint + n, clock_timestamp(), 'mine', 'waiting' from generate_series(1, $3::int) n`;

const COUNTERS = `
  update drops
  set stock = granted + $2, granted = granted + $2, serials = serials + $2, waiting = waiting + $3, arrivals = 9000000 where id = $1`;

/** Whose arrivals are their user ids: those who wait, and those who were refused and may. */
const [FIRST_WAITER, FIRST_REFUSED] = [1_000_000, 2_000_000];
const REFUSED = 500;

/** Its winners have the user ids of their serials. For slots as many people wait. */
export class LargeDrop {
  readonly id: string;
  readonly database: Database;
  readonly ledger: Ledger;
  readonly grantLedger: GrantLedger;
  readonly paymentLedger: PaymentLedger;
  readonly #kind: 'coupon' | 'product';
  #waiters = 0;
  #nextSerial = 1;
  #refused = 0;
  #nextRefused = FIRST_REFUSED + 1;
  #lastWaiter = FIRST_WAITER;

  static async open(database: Database, kind: 'coupon' | 'product', size: number): Promise<LargeDrop> {
    const drop = new LargeDrop(database, kind, await openDrop(database, { kind, stock: 1, limit: 1, line: true }));
    await drop.grow(size);
    return drop;
  }

  private constructor(database: Database, kind: 'coupon' | 'product', id: string) {
    this.id = id;
    this.#kind = kind;
    this.database = database;
    this.ledger = new Ledger(database, newCode);
    this.grantLedger = new GrantLedger(database, newCode);
    this.paymentLedger = new PaymentLedger(database, { graceMs: 60_000, firstLookMs: 60_000 });
  }

  /** By so many grants, and some people who were refused. */
  async grow(count: number): Promise<void> {
    const [row] = await this.database.query<{ serials: number }>('select serials from drops where id = $1', [this.id]);
    const serials = row?.serials ?? 0;
    await this.database.query(WINNERS, [this.id, serials, count]);
    const waiters = this.#kind === 'product' ? count : 0;
    await this.database.query(CLAIMS, [this.id, FIRST_WAITER + this.#waiters, waiters]);
    await this.database.query(WAITERS, [this.id, FIRST_WAITER + this.#waiters, waiters]);
    await this.database.query(CLAIMS, [this.id, FIRST_REFUSED + this.#refused, REFUSED]);
    await this.database.query(COUNTERS, [this.id, count, waiters]);
    this.#waiters += waiters;
    this.#nextSerial = serials + 1;
    this.#nextRefused = FIRST_REFUSED + this.#refused + 1;
    this.#refused += REFUSED;
    this.#lastWaiter = FIRST_WAITER + this.#waiters;
  }

  /** Grants that nothing has been done with. */
  grants(count: number): { dropId: string; serial: number; userId: string }[] {
    return Array.from({ length: count }, () => {
      const serial = this.#nextSerial++;
      return { dropId: this.id, serial, userId: String(serial) };
    });
  }

  /** People who were refused, with their requests. */
  refused(count: number): { userId: string; requestId: string }[] {
    return Array.from({ length: count }, () => ({ userId: String(this.#nextRefused++), requestId: 'mine' }));
  }

  /** Somebody at the end of the line. */
  waiter(): string {
    return String(this.#lastWaiter--);
  }
}
