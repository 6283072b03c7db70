/**
 * Access tokens of people that the database has never heard of, signed with the server's own secret by the server's own code. A refusal at the gate asks for
 * nothing but the token, and every round needs tens of thousands that were never seen before.
 */
import { randomBytes } from 'node:crypto';
import { AccessTokens } from '../src/accounts/tokens.ts';

const FIRST_ID = 1_000_000;
const LIFETIME_SECONDS = 24 * 60 * 60;

let made = 0;

export function signTokens(secret: string, count: number): string[] {
  const tokens = new AccessTokens(secret);
  return Array.from({ length: count }, () => {
    made += 1;
    const id = String(FIRST_ID + made);
    return tokens.issue({ id, role: 'buyer' }, randomBytes(16).toString('base64url'), LIFETIME_SECONDS);
  });
}
