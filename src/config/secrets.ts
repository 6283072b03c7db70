/** Secrets that nobody gave are generated once and kept in the data folder, readable by the server's user only. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

const SECRET_BYTES = 32;
const SECRET_LENGTH_MIN = 32;

/** The key that signs access tokens. With a shared database it must be given: each machine would make its own, and refuse the others' tokens. */
export function readJwtSecret(settings: Settings): string {
  if (settings.jwtSecret !== null) return settings.jwtSecret;
  if (settings.databaseUrl !== null) {
    throw new Error(
      'These settings are wrong:\n  JWT_SECRET must be set with DATABASE_URL; make one with `openssl rand -hex 32`',
    );
  }
  const file = join(settings.dataDirectory, 'jwt-secret');
  mkdirSync(settings.dataDirectory, { recursive: true });
  // The folder belongs to this process alone: nobody makes the file between the look and the renaming.
  if (!existsSync(file)) writeWhole(file, randomBytes(SECRET_BYTES).toString('hex'));
  const secret = readFileSync(file, 'utf8');
  // Whoever can guess the key can sign in as anybody.
  if (secret.trim().length < SECRET_LENGTH_MIN) {
    throw new Error(
      `${file} has fewer than ${SECRET_LENGTH_MIN} characters: put it back from a backup, or remove it. The next start makes a new one, and everybody signs in again`,
    );
  }
  return secret;
}

/** A full disk or a kill leaves either no file or all of it. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
