/**
 * Password hashes: argon2id with OWASP's parameters (19 MiB, two passes), computed on the thread pool, never on the event loop.
 *
 * Each takes some 20 ms of a core, so only as many run at once as leave the machine a core for claims, and only so many wait: a crowd that signs in
 * at ten sharp is told to come back instead of starving the sale.
 */
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '../http/problem.ts';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const RUNNING_MAX = Math.max(1, availableParallelism() - 1);
const WAITING_MAX = 200;
const RETRY_AFTER_SECONDS = 3;

let running = 0;
const waiting: (() => void)[] = [];

export function hashPassword(password: string): Promise<string> {
  return takeTurn(() => hash(password, PARAMETERS));
}

export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return takeTurn(() => verify(passwordHash, password));
}

let nobodysHash: Promise<string> | undefined;

/** Takes as long as verifying a real password: the time of an answer must not tell which logins exist. */
export async function verifyNobody(password: string): Promise<false> {
  nobodysHash ??= hashPassword('the password of nobody').catch((error: unknown) => {
    nobodysHash = undefined; // what was refused in a crowd is tried again by the next
    throw error;
  });
  await verifyPassword(await nobodysHash, password);
  return false;
}

async function takeTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= RUNNING_MAX) {
    if (waiting.length >= WAITING_MAX) {
      throw new Problem('overloaded', {
        detail: 'Many people are signing in at this moment',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    // The turn passes straight to the next in line, or ends.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
