/** What accounts and sessions store. */
import { isDatabaseError, type Queryable, SQLSTATE } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import type { Account, Role } from './account.ts';

interface AccountRow {
  id: string;
  username: string;
  email: string;
  role: Role;
  created_at: Date;
  password_hash: string;
}

const COLUMNS = 'id, username, email, role, created_at, password_hash';

export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly role: Role;
}

/** Throws `username_taken` or `email_taken`. */
export async function insertAccount(database: Queryable, account: NewAccount): Promise<Account> {
  try {
    const [row] = await database.query<AccountRow>(
      `insert into accounts (username, email, password_hash, role) values ($1, $2, $3, $4) returning ${COLUMNS}`,
      [account.username, account.email, account.passwordHash, account.role],
    );
    return toAccount(row as AccountRow);
  } catch (error) {
    throw takenBy(error) ?? error;
  }
}

/** What somebody else has already. */
function takenBy(error: unknown): Problem | undefined {
  if (isDatabaseError(error, SQLSTATE.uniqueViolation, 'accounts_username')) return taken('username');
  if (isDatabaseError(error, SQLSTATE.uniqueViolation, 'accounts_email')) return taken('email');
  return undefined;
}

function taken(field: 'username' | 'email'): Problem {
  return new Problem(`${field}_taken`, { errors: [{ field, message: 'is taken' }] });
}

/** By username, or by email address if there is an `@` in it; without regard to case. */
export async function accountByLogin(database: Queryable, login: string) {
  const column = login.includes('@') ? 'email' : 'username';
  const [row] = await database.query<AccountRow>(`select ${COLUMNS} from accounts where lower(${column}) = lower($1)`, [
    login,
  ]);
  return row && { account: toAccount(row), passwordHash: row.password_hash };
}

/** In a statement: the id of the account whose username stands at this place, in capital or small letters. */
export function accountNamed(place: string): string {
  return `(select id from accounts where lower(username) = lower(${place}))`;
}

export async function accountById(database: Queryable, id: string): Promise<Account | undefined> {
  return (await credentialsById(database, id))?.account;
}

export async function credentialsById(database: Queryable, id: string) {
  const [row] = await database.query<AccountRow>(`select ${COLUMNS} from accounts where id = $1`, [id]);
  return row && { account: toAccount(row), passwordHash: row.password_hash };
}

export async function hasAdministrator(database: Queryable): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>(
    `select exists (select from accounts where role = 'admin') as found`,
  );
  return row?.found === true;
}

function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    role: row.role,
    createdAt: row.created_at.toISOString(),
  };
}

export interface NewSession {
  readonly id: string;
  readonly accountId: string;
  /** As it was when the password was verified. */
  readonly passwordHash: string;
  readonly refreshHash: Buffer;
  readonly lifetimeSeconds: number;
}

/**
 * False when the password has changed since it was verified: a change ends all sessions, and this one must not come after it. Whoever changes it waits for the lock, and
 * then finds the session.
 */
export async function insertSession(database: Queryable, session: NewSession): Promise<boolean> {
  const made = await database.query(
    `insert into sessions (id, account_id, refresh_hash, expires_at)
     select $1, id, $3, now() + make_interval(secs => $4) from accounts where id = $2 and password_hash = $5 for share
     returning id`,
    [session.id, session.accountId, session.refreshHash, session.lifetimeSeconds, session.passwordHash],
  );
  return made.length > 0;
}

/** Puts the next refresh token in the place of the current one. Returns the session's account if the token was the current one. */
export async function rotateSession(
  database: Queryable,
  session: { id: string; current: Buffer; next: Buffer; lifetimeSeconds: number },
): Promise<Account | undefined> {
  const [row] = await database.query<AccountRow>(
    `with rotated as (
       update sessions set refresh_hash = $3, expires_at = now() + make_interval(secs => $4)
       where id = $1 and refresh_hash = $2 and ended_at is null and expires_at > now()
       returning account_id)
     select ${COLUMNS} from accounts join rotated on rotated.account_id = accounts.id`,
    [session.id, session.current, session.next, session.lifetimeSeconds],
  );
  return row && toAccount(row);
}

/** Sets a new password and ends the account's sessions, but for the one that is to be kept. Returns their ids, for telling those who have seen their tokens. */
export async function changePassword(
  transaction: Queryable,
  id: string,
  passwordHash: string,
  keptSessionId: string | null = null,
): Promise<string[]> {
  await transaction.query('update accounts set password_hash = $2 where id = $1', [id, passwordHash]);
  const rows = await transaction.query<{ id: string }>(
    `update sessions set ended_at = now()
     where account_id = $1 and ended_at is null and expires_at > now() and id is distinct from $2 returning id`,
    [id, keptSessionId],
  );
  return rows.map((row) => row.id);
}

/** Throws `email_taken`. */
export async function changeEmail(transaction: Queryable, id: string, email: string): Promise<Account> {
  try {
    const [row] = await transaction.query<AccountRow>(
      `update accounts set email = $2 where id = $1 returning ${COLUMNS}`,
      [id, email],
    );
    return toAccount(row as AccountRow);
  } catch (error) {
    throw takenBy(error) ?? error;
  }
}

/** An account as it was when it was locked: until the end of the transaction nobody else changes it. */
export interface LockedAccount extends Pick<Account, 'id' | 'username' | 'email'> {
  readonly lockedAt: Date;
}

const LOCK = 'select id, username, email, clock_timestamp() as "lockedAt" from accounts';

/** Undefined when it has another password by now. */
export async function lockAccount(
  transaction: Queryable,
  id: string,
  passwordHash: string,
): Promise<LockedAccount | undefined> {
  const [row] = await transaction.query<LockedAccount>(`${LOCK} where id = $1 and password_hash = $2 for update`, [
    id,
    passwordHash,
  ]);
  return row;
}

/** The one whose password this link resets. */
export async function lockAccountOfReset(transaction: Queryable, resetId: string): Promise<LockedAccount | undefined> {
  const [row] = await transaction.query<LockedAccount>(
    `${LOCK} where id = (select account_id from password_resets where id = $1) for update`,
    [resetId],
  );
  return row;
}

/** Whether there is such a session, ended just now or before. */
export async function endSession(database: Queryable, id: string): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>(
    `with ended as (update sessions set ended_at = now() where id = $1 and ended_at is null)
     select exists (select from sessions where id = $1) as found`,
    [id],
  );
  return row?.found === true;
}

/** Sessions that ended within the last `seconds`: their access tokens may still be around. */
export async function sessionsEndedWithin(
  database: Queryable,
  seconds: number,
): Promise<{ id: string; endedAtMs: number }[]> {
  const rows = await database.query<{ id: string; ended_at: Date }>(
    'select id, ended_at from sessions where ended_at > now() - make_interval(secs => $1) order by ended_at',
    [seconds],
  );
  return rows.map((row) => ({ id: row.id, endedAtMs: row.ended_at.getTime() }));
}
