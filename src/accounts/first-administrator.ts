/** Makes administrators: the first one at the first start, others by the command line. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { hashPassword } from './passwords.ts';
import { hasAdministrator, insertAccount } from './store.ts';

export interface AdministratorInput {
  readonly username: string;
  readonly email: string;
  /** null: one is generated. */
  readonly password: string | null;
}

/** Returns the generated password, or null if one was given. Throws `username_taken` and `email_taken`. */
export async function createAdministrator(database: Database, input: AdministratorInput): Promise<string | null> {
  const password = input.password ?? randomBytes(12).toString('base64url');
  const passwordHash = await hashPassword(password);
  await insertAccount(database, { username: input.username, email: input.email, passwordHash, role: 'admin' });
  return input.password === null ? password : null;
}

/** Only when there is none yet. Returns the generated password if one was made. */
export async function ensureAdministrator(database: Database, input: AdministratorInput): Promise<string | null> {
  return (await hasAdministrator(database)) ? null : createAdministrator(database, input);
}
