/**
 * What people change about their own account. Both changes ask for the password again: who finds an open page must not take the account along.
 *
 *   password   new; all other sessions have ended, and the links that were asked for when it was forgotten are dead
 *   email      new; those links are dead, too: they went to somebody who may read it no more
 *
 * Both are told, in the same transaction, to the address that the account had until then (security-notice.ts).
 *
 * The account's row is locked, and has still the password that was confirmed: of two changes at once, or of a change and a reset, the second finds the first one's password
 * in the place of the one it knows.
 */
import type { Database, Queryable } from '../database/database.ts';
import type { News } from '../fleet/news.ts';
import { Problem } from '../http/problem.ts';
import type { Ways } from '../notifications/preferences.ts';
import type { Numbered } from '../realtime/inbox.ts';
import type { Account, Identity } from './account.ts';
import { endOpenResets } from './password-resets.ts';
import { hashPassword } from './passwords.ts';
import { tellOfChange } from './security-notice.ts';
import type { Sessions } from './sessions.ts';
import { changeEmail, changePassword, type LockedAccount, lockAccount } from './store.ts';

export interface Caller extends Pick<Identity, 'accountId' | 'sessionId'> {
  readonly address: string;
}

export interface ProfileParts {
  readonly database: Database;
  readonly sessions: Pick<Sessions, 'confirm' | 'end'>;
  readonly ways: Ways;
  readonly news: Pick<News, 'announce'>;
}

export class Profile {
  readonly #parts: ProfileParts;

  constructor(parts: ProfileParts) {
    this.#parts = parts;
  }

  /** Throws `wrong_password` and `too_many_attempts`. */
  async changePassword({ accountId, sessionId, address }: Caller, current: string, password: string): Promise<void> {
    const { sessions, ways } = this.#parts;
    const confirmed = await sessions.confirm(accountId, current, address);
    const passwordHash = await hashPassword(password);
    const ended = await this.#change(accountId, confirmed, async (transaction, account) => {
      const others = await changePassword(transaction, accountId, passwordHash, sessionId);
      return [others, await tellOfChange(transaction, 'password_changed', account, ways)];
    });
    // They have ended already, in the database; now those hear of it who have seen their tokens.
    for (const other of ended) await sessions.end(other);
  }

  /** `beforeLook` may throw, for who has tried too many: the answer tells whether an address has an account. Throws `email_taken`, and as above. */
  async changeEmail(
    { accountId, address }: Caller,
    current: string,
    email: string,
    beforeLook: () => Promise<void>,
  ): Promise<Account> {
    const { sessions, ways } = this.#parts;
    const confirmed = await sessions.confirm(accountId, current, address);
    await beforeLook();
    return this.#change(accountId, confirmed, async (transaction, account) => {
      const changed = await changeEmail(transaction, accountId, email);
      const isOther = email !== account.email;
      return [changed, isOther ? await tellOfChange(transaction, 'email_changed', account, ways) : []];
    });
  }

  async #change<Result>(
    accountId: string,
    confirmedHash: string,
    change: (transaction: Queryable, account: LockedAccount) => Promise<[Result, readonly Numbered[]]>,
  ): Promise<Result> {
    const { database, news } = this.#parts;
    const [result, messages] = await database.transaction(async (transaction) => {
      const account = await lockAccount(transaction, accountId, confirmedHash);
      if (account === undefined) throw new Problem('wrong_password');
      await endOpenResets(transaction, accountId);
      return change(transaction, account);
    });
    if (messages.length > 0) news.announce('messages', { messages });
    return result;
  }
}
