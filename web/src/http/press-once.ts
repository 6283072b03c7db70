/**
 * A press that counts once, however often it has to be sent.
 *
 * It gets a key of its own, which is kept, over reloads too, until the server has answered: whatever becomes of the
 * connection, the same press is repeated with the same Idempotency-Key and gets the same answer. A refusal is an answer. What is
 * none: no connection, a server that is overloaded or restarting, a session to be renewed.
 */
import { account, requestAsMember } from '../accounts/session.ts';
import { newRequestId } from '../claims/claim.ts';
import { backoffMilliseconds } from '../realtime/live-client.ts';
import { onReconnected } from '../realtime/reconnected.ts';
import { parseStored, readSession, writeSession } from '../storage/storage.ts';
import { Problem, Unreachable } from './problem.ts';
import type { RequestOptions } from './request.ts';

const storageKey = 'doorbuster.keys';
/** Far more presses than a person has open at once; the oldest go first. */
const keptMax = 20;
/** About two minutes. After that the person decides to ask again, with the same press. */
const attemptsMax = 12;
/** Who is told to come back later than this is told so, instead of being kept waiting. */
const patienceMs = 10_000;
/** A way to pay that is away: the person may rather take another one. */
const unavailable = 'payment_unavailable';

type KeptKey = [subject: string, key: string];

interface PressOptions extends RequestOptions {
  /** What is pressed: two presses on the same subject are one until it is answered. */
  subject: string;
  /** A key that the server knows from elsewhere; without it the press gets a new one. */
  key?: string | undefined;
  /** The first attempt brought no answer, and it is repeated. */
  onRepeat?: () => void;
}

/** Throws `Problem` for a refusal, and what stood in the way when no answer came after many attempts. */
export async function pressOnce<T>(path: string, { subject, key, onRepeat, ...options }: PressOptions): Promise<T> {
  const accountId = account.value?.id;
  const mine = `${accountId} ${subject}`;
  const headers = { ...options.headers, 'idempotency-key': keyOf(mine, key) };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await requestAsMember<T>(path, { ...options, headers });
      forgetKey(mine);
      return answer;
    } catch (error) {
      if (isAnswer(error)) forgetKey(mine);
      if (!isWorthRepeating(error) || attempt + 1 >= attemptsMax) throw error;
      onRepeat?.();
      await pause(backoffMilliseconds(attempt, retryAfterMs(error)));
      // A press belongs to who made it.
      if (account.value?.id !== accountId) throw error;
    }
  }
}

/** Whatever was asked for has been decided, so that the next press is another one. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Problem && error.status < 500 && error.status !== 401 && error.status !== 429;
}

function isWorthRepeating(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof Problem) || error.code === unavailable) return false;
  return error.status >= 500 || (error.status === 429 && retryAfterMs(error) <= patienceMs);
}

function retryAfterMs(error: unknown): number {
  return error instanceof Problem ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
}

/** Ends early when the connection comes back. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const forget = onReconnected(done);
  });
}

function keyOf(subject: string, given: string | undefined): string {
  const known = keptKeys().find(([kept]) => kept === subject)?.[1];
  if (known !== undefined) return known;
  const key = given ?? newRequestId();
  writeKeys([...keptKeys(), [subject, key]]);
  return key;
}

function forgetKey(subject: string): void {
  writeKeys(keptKeys().filter(([kept]) => kept !== subject));
}

function keptKeys(): KeptKey[] {
  return parseStored(readSession(storageKey), isKeys) ?? [];
}

function writeKeys(keys: KeptKey[]): void {
  writeSession(storageKey, JSON.stringify(keys.slice(-keptMax)));
}

function isKeys(value: unknown): value is KeptKey[] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}
