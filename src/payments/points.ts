/**
 * Points: money that only this shop takes. One is worth the smallest unit of whatever a drop's price is in: in a shop that sells in won, a won.
 *
 * An account's balance is the sum of its entries, never a number of its own. Whoever takes points locks the account's row first, so that two who take at the same time
 * see each other's entries; and each entry has the name of what it was for, so that it is made once, however often it is asked for.
 */
import type { Database, Queryable } from '../database/database.ts';
import { invalidField, Problem } from '../http/problem.ts';

/** Of an entry, and of a balance: far from where numbers in JSON lose their last digits. */
export const POINTS_MAX = 1_000_000_000_000;

/** Does not stand in the way of who signs in meanwhile. */
const LOCK = 'select id from accounts where id = $1 for no key update';
const LOCK_BY_NAME = 'select id, username from accounts where lower(username) = lower($1) for no key update';
const BALANCE = 'select coalesce(sum(amount), 0)::float8 as balance from point_entries where user_id = $1';
const FOR_ORDER = 'select kind, amount from point_entries where order_id = $1 and kind = any($2)';
const ENTER = `
  insert into point_entries (user_id, amount, kind, order_id, reason) values ($1, $2, $3, $4, $5)
  on conflict (order_id, kind) do nothing`;
const GIVE_BACK = `
  insert into point_entries (user_id, amount, kind, order_id)
  select user_id, -amount, 'refunded', order_id from point_entries where order_id = $1 and kind = 'spent'
  on conflict (order_id, kind) do nothing`;

export interface Gift {
  readonly username: string;
  /** Below 0: taken away again. */
  readonly amount: number;
  readonly reason: string;
  /** Who gives, and their name for this gift. */
  readonly administratorId: string;
  readonly requestId: string;
}

export class Points {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  balance(userId: string): Promise<number> {
    return balanceOf(this.#database, userId);
  }

  /** The balance after it. The same request gives once. Throws `account_not_found`, and `invalid_request` for a balance below 0. */
  give({ username, amount, reason, administratorId, requestId }: Gift): Promise<{ username: string; balance: number }> {
    return this.#database.transaction(async (transaction) => {
      const [account] = await transaction.query<{ id: string; username: string }>(LOCK_BY_NAME, [username]);
      if (account === undefined) throw new Problem('account_not_found');
      const name = `${administratorId} ${requestId}`;
      const balance = await balanceOf(transaction, account.id);
      const [known] = await transaction.query(FOR_ORDER, [name, ['given']]);
      if (known !== undefined) return { username: account.username, balance };
      const after = balance + amount;
      if (after < 0) throw invalidField('amount', `must be >= ${-balance}: they have no more points`);
      if (after > POINTS_MAX) throw invalidField('amount', `must be <= ${POINTS_MAX - balance}`);
      await transaction.query(ENTER, [account.id, amount, 'given', name, reason]);
      return { username: account.username, balance: after };
    });
  }

  /** Whether the points were there. The same order is paid once. */
  spend(userId: string, orderId: string, amount: number): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const [account] = await transaction.query(LOCK, [userId]);
      const [known] = await transaction.query(FOR_ORDER, [orderId, ['spent']]);
      if (known !== undefined) return true;
      if (account === undefined || (await balanceOf(transaction, userId)) < amount) return false;
      await transaction.query(ENTER, [userId, -amount, 'spent', orderId, null]);
      return true;
    });
  }

  async stateOf(orderId: string): Promise<'unknown' | 'spent' | 'refunded'> {
    const rows = await this.#database.query<{ kind: string }>(FOR_ORDER, [orderId, ['spent', 'refunded']]);
    if (rows.length === 0) return 'unknown';
    return rows.some(({ kind }) => kind === 'refunded') ? 'refunded' : 'spent';
  }

  /** Once, and only what was spent. */
  async giveBack(orderId: string): Promise<void> {
    await this.#database.query(GIVE_BACK, [orderId]);
  }
}

async function balanceOf(on: Queryable, userId: string): Promise<number> {
  const [row] = await on.query<{ balance: number }>(BALANCE, [userId]);
  return row?.balance ?? 0;
}
