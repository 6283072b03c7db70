/** Secrets that nobody gave are generated once and kept in the data folder, readable by the server's user only. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

const SECRET_BYTES = 32;

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
  try {
    writeFileSync(file, randomBytes(SECRET_BYTES).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}
