/**
 * Coupons at the till: an administrator types a code, sees whose coupon it is and whether it is good, and uses it. A code travels in the body, never in an address,
 * so that it stands in no log of a proxy; and who tries codes that do not exist is stopped, long before one could be guessed.
 */
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { MakeLimiter } from '../accounts/limiters.ts';
import type { Database } from '../database/database.ts';
import type { Grant } from '../grants/grant.ts';
import { grantOf } from '../grants/store.ts';
import { invalidField, Problem } from '../http/problem.ts';
import type { GrantPlace } from '../ledger/grant-ledger.ts';
import { parseCode } from './code.ts';

/** Mistyped codes are caught by their check character and never counted: so many wrong ones are no mistake. */
const WRONG_CODES_MAX = 20;
const WINDOW_SECONDS = 15 * 60;

export interface FoundCoupon {
  readonly grant: Grant;
  readonly holder: { readonly id: string; readonly username: string };
}

const BY_CODE = `
  select g.drop_id, g.serial, g.user_id, a.username
  from grants g join accounts a on a.id = g.user_id
  where g.code = $1`;

interface CodeRow {
  drop_id: string;
  serial: number;
  user_id: string;
  username: string;
}

export class Till {
  readonly #database: Database;
  readonly #wrongCodes: RateLimiterAbstract;

  constructor(database: Database, makeLimiter: MakeLimiter) {
    this.#database = database;
    this.#wrongCodes = makeLimiter('wrong-codes', WRONG_CODES_MAX, WINDOW_SECONDS);
  }

  /** Throws `invalid_request` for what cannot be a code, `coupon_not_found`, and `too_many_attempts` for who has tried too many. */
  async find(typed: string, administratorId: string): Promise<FoundCoupon & GrantPlace> {
    const code = parseCode(typed);
    if (code === undefined) throw invalidField('code', 'is not a code: look at each character again');
    await this.#refuseGuessing(administratorId);
    const [row] = await this.#database.query<CodeRow>(BY_CODE, [code]);
    const grant = row && (await grantOf(this.#database, row.user_id, row.drop_id, row.serial));
    if (row === undefined || grant === undefined) {
      await this.#wrongCodes.consume(administratorId).catch(throwFault);
      throw new Problem('coupon_not_found');
    }
    return { dropId: row.drop_id, serial: row.serial, grant, holder: { id: row.user_id, username: row.username } };
  }

  async #refuseGuessing(administratorId: string): Promise<void> {
    const seen = await this.#wrongCodes.get(administratorId);
    if (seen === null || seen.consumedPoints < WRONG_CODES_MAX) return;
    throw new Problem('too_many_attempts', {
      detail: 'Too many wrong codes: try again later',
      retryAfterSeconds: Math.ceil(seen.msBeforeNext / 1000),
    });
  }
}

/** Refusals of the limiter are no errors: the next `find` sees them. */
function throwFault(refusal: Error | RateLimiterRes): void {
  if (refusal instanceof Error) throw refusal;
}
