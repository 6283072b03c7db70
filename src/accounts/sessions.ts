/**
 * A session's life.
 *
 *   signed in ──refresh──> signed in, with the next refresh token; the one before is spent
 *       │
 *       ├── a spent refresh token comes again: one of two holders is a thief; nobody can tell which ──> ended
 *       ├── sign out ──> ended
 *       └── 30 days without a refresh ──> expired
 *
 * Ended means at once: in the database for refresh tokens, in `AccessTokens` for access tokens, and `onEnded` for open sockets. Other processes are told
 * (`onEndedHere`), and look into the database while they cannot be (`recall`).
 *
 * The refresh token is `<session id>.<secret>`; only the secret's SHA-256 is stored.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import type { Account } from './account.ts';
import { verifyNobody, verifyPassword } from './passwords.ts';
import type { SignInAttempts } from './sign-in-attempts.ts';
import * as store from './store.ts';
import { ACCESS_TOKEN_SECONDS_MAX, type AccessTokens } from './tokens.ts';

/** A sign-out may be committed some time after it was begun. */
const RECALL_MARGIN_SECONDS = 20;

export const SESSION_SECONDS = 30 * 24 * 60 * 60;

export interface SignedIn {
  readonly account: Account;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Of the access token. */
  readonly expiresInSeconds: number;
}

export class Sessions {
  readonly #database: Database;
  readonly #tokens: AccessTokens;
  readonly #attempts: SignInAttempts;
  readonly #endedListeners: ((sessionId: string) => void)[] = [];
  /** When the database was asked for ended sessions the last time; never yet. */
  #recalledMs = Number.NEGATIVE_INFINITY;
  readonly #endedHereListeners: ((sessionId: string) => void)[] = [];

  constructor(database: Database, tokens: AccessTokens, attempts: SignInAttempts) {
    this.#database = database;
    this.#tokens = tokens;
    this.#attempts = attempts;
  }

  /** Wherever it was ended. */
  onEnded(listener: (sessionId: string) => void): void {
    this.#endedListeners.push(listener);
  }

  /** By this process: for telling the others. */
  onEndedHere(listener: (sessionId: string) => void): void {
    this.#endedHereListeners.push(listener);
  }

  /** Ends here what has ended elsewhere since the last time: after a restart, and because other processes may be unable to tell. Throws, and makes up for it later. */
  async recall(): Promise<void> {
    const startedMs = performance.now();
    const seconds = Math.min(ACCESS_TOKEN_SECONDS_MAX, (startedMs - this.#recalledMs) / 1000 + RECALL_MARGIN_SECONDS);
    for (const session of await store.sessionsEndedWithin(this.#database, seconds)) {
      if (!this.#tokens.hasEnded(session.id)) this.endedElsewhere(session.id, session.endedAtMs);
    }
    this.#recalledMs = startedMs;
  }

  /** As far as this process is concerned. */
  endedElsewhere(sessionId: string, endedAtMs = Date.now()): void {
    this.#tokens.endSession(sessionId, endedAtMs);
    for (const listener of this.#endedListeners) listener(sessionId);
  }

  /** Throws `bad_credentials` and `too_many_attempts`. */
  async signIn(login: string, password: string, address: string): Promise<SignedIn> {
    const attempt = await this.#attempts.begin(login, address);
    const found = await store.accountByLogin(this.#database, login);
    const right = found ? await verifyPassword(found.passwordHash, password) : await verifyNobody(password);
    if (!found || !right) throw new Problem('bad_credentials');
    await attempt.succeeded();
    const session = newRefreshToken(randomBytes(16).toString('base64url'));
    const made = await store.insertSession(this.#database, {
      id: session.id,
      accountId: found.account.id,
      passwordHash: found.passwordHash,
      refreshHash: session.hash,
      lifetimeSeconds: SESSION_SECONDS,
    });
    if (!made) throw new Problem('bad_credentials');
    return this.#signedIn(found.account, session);
  }

  /** The password of somebody who is signed in, asked for again. Returns what is stored of it. Throws `wrong_password`, and `too_many_attempts` as for a sign-in. */
  async confirm(accountId: string, password: string, address: string): Promise<string> {
    const found = await store.credentialsById(this.#database, accountId);
    if (found === undefined) throw new Problem('unauthenticated');
    const attempt = await this.#attempts.begin(found.account.username, address);
    if (!(await verifyPassword(found.passwordHash, password))) throw new Problem('wrong_password');
    await attempt.succeeded();
    return found.passwordHash;
  }

  /** Throws `session_ended`; a token that was used before ends its session. */
  async refresh(refreshToken: string): Promise<SignedIn> {
    const current = readRefreshToken(refreshToken);
    if (current === undefined) throw new Problem('session_ended');
    const next = newRefreshToken(current.id);
    const account = await store.rotateSession(this.#database, {
      id: current.id,
      current: current.hash,
      next: next.hash,
      lifetimeSeconds: SESSION_SECONDS,
    });
    if (account === undefined) {
      await this.end(current.id);
      throw new Problem('session_ended');
    }
    return this.#signedIn(account, next);
  }

  /** Only a session that there is: invented ids must not fill the memory of ended ones. */
  async end(sessionId: string): Promise<void> {
    if (!(await store.endSession(this.#database, sessionId))) return;
    this.endedElsewhere(sessionId);
    for (const listener of this.#endedHereListeners) listener(sessionId);
  }

  #signedIn(account: Account, session: { id: string; token: string }): SignedIn {
    const accessToken = this.#tokens.issue(account, session.id);
    const { lifetimeSeconds: expiresInSeconds } = this.#tokens;
    return { account, sessionId: session.id, accessToken, refreshToken: session.token, expiresInSeconds };
  }
}

function newRefreshToken(sessionId: string): { id: string; token: string; hash: Buffer } {
  const secret = randomBytes(32).toString('base64url');
  return { id: sessionId, token: `${sessionId}.${secret}`, hash: hashOf(secret) };
}

function readRefreshToken(token: string): { id: string; hash: Buffer } | undefined {
  const match = /^([\w-]{22})\.([\w-]{43})$/.exec(token);
  return match?.[1] && match[2] ? { id: match[1], hash: hashOf(match[2]) } : undefined;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
