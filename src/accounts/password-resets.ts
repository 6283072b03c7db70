/**
 * A forgotten password is set anew by who reads the account's email.
 *
 *   asked for ──the letter's link, within 30 minutes──> used: the password is new, all sessions have ended, all other open links are dead, and a second letter tells of it
 *       └── 30 minutes, or another link was used ──> over
 *
 * The link's token is `<id>.<HMAC-SHA256 of the id with the server's own secret>`: it follows from the id, so nothing that opens an account is stored or waits in a queue,
 * and who reads the database, or a backup of it, cannot make one.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database, Queryable } from '../database/database.ts';
import type { News } from '../fleet/news.ts';
import { Problem } from '../http/problem.ts';
import { notify } from '../notifications/notify.ts';
import type { Ways } from '../notifications/preferences.ts';
import { putMessages } from '../realtime/inbox.ts';
import { HmacSha256 } from './hmac.ts';
import { hashPassword } from './passwords.ts';
import { tellOfChange } from './security-notice.ts';
import type { Sessions } from './sessions.ts';
import { accountByLogin, changePassword, lockAccountOfReset } from './store.ts';

const MINUTES = 30;
const PURPOSE = 'password-reset ';
const ID_BYTES = 16;
const ID_LENGTH = 22;
const TOKEN = /^([\w-]{22})\.([\w-]{43})$/;

const OPEN = `
  insert into password_resets (id, account_id, expires_at) values ($1, $2, now() + interval '${MINUTES} minutes')
  returning expires_at as "expiresAt"`;
const IS_OPEN = 'select from password_resets where id = $1 and used_at is null and expires_at > clock_timestamp()';
const USE = `
  update password_resets set used_at = clock_timestamp()
  where id = $1 and used_at is null and expires_at > clock_timestamp() returning id`;
const END_OPEN = 'update password_resets set used_at = clock_timestamp() where account_id = $1 and used_at is null';

/** The secret part of links, for who makes them and who takes them. */
export class ResetTokens {
  readonly #hmac: HmacSha256;

  constructor(secret: string) {
    this.#hmac = new HmacSha256(secret, PURPOSE.length + ID_LENGTH);
  }

  tokenOf(id: string): string {
    return `${id}.${this.#hmac.sign(PURPOSE + id)}`;
  }

  /** The id, or undefined for what we never made. */
  read(token: string): string | undefined {
    const [, id] = TOKEN.exec(token) ?? [];
    return id !== undefined && timingSafeEqual(Buffer.from(token), Buffer.from(this.tokenOf(id))) ? id : undefined;
  }
}

export interface PasswordResetsParts {
  readonly database: Database;
  readonly sessions: Pick<Sessions, 'end'>;
  readonly tokens: ResetTokens;
  readonly ways: Ways;
  readonly news: Pick<News, 'announce'>;
}

export class PasswordResets {
  readonly #parts: PasswordResetsParts;

  constructor(parts: PasswordResetsParts) {
    this.#parts = parts;
  }

  /** Sends a link, if somebody has this email address and letters are sent here. Nobody is told whether. */
  async ask(email: string): Promise<void> {
    const { database, ways } = this.#parts;
    if (!ways.email || !email.includes('@')) return;
    const found = await accountByLogin(database, email);
    if (found === undefined) return;
    const userId = found.account.id;
    await database.transaction(async (transaction) => {
      const resetId = randomBytes(ID_BYTES).toString('base64url');
      const [row] = await transaction.query<{ expiresAt: Date }>(OPEN, [resetId, userId]);
      const expiresAt = (row?.expiresAt ?? new Date()).toISOString();
      const notice = {
        userId,
        type: 'password_reset',
        data: { resetId, expiresAt },
        dedupeKey: `reset ${resetId}`,
      } as const;
      await putMessages(transaction, await notify(transaction, [notice], ways));
    });
  }

  /** Throws `reset_not_found` for a link that is forged, used or over. */
  async use(token: string, password: string): Promise<void> {
    const { database, sessions, tokens, ways, news } = this.#parts;
    const id = tokens.read(token);
    // Looked at first: a hash costs too much to make one for a link that does not work.
    if (id === undefined || !(await isOpen(database, id))) throw new Problem('reset_not_found');
    const passwordHash = await hashPassword(password);
    const { ended, messages } = await database.transaction(async (transaction) => {
      // The account first: of two links that are used at once, one waits for the other, and finds itself dead.
      const account = await lockAccountOfReset(transaction, id);
      const [used] = await transaction.query(USE, [id]);
      if (account === undefined || used === undefined) throw new Problem('reset_not_found');
      await endOpenResets(transaction, account.id);
      return {
        ended: await changePassword(transaction, account.id, passwordHash),
        messages: await tellOfChange(transaction, 'password_changed', account, ways),
      };
    });
    if (messages.length > 0) news.announce('messages', { messages });
    // They have ended already, in the database; now those hear of it who have seen their tokens.
    for (const sessionId of ended) await sessions.end(sessionId);
  }
}

/** No link of this account works any more. */
export async function endOpenResets(transaction: Queryable, accountId: string): Promise<void> {
  await transaction.query(END_OPEN, [accountId]);
}

async function isOpen(database: Queryable, id: string): Promise<boolean> {
  return (await database.query(IS_OPEN, [id])).length > 0;
}
