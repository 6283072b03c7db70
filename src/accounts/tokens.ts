/**
 * Access tokens: HS256 JWTs, of 15 minutes unless ACCESS_TOKEN_SECONDS says otherwise.
 *
 * Written out here instead of taken from a library, because verifying is on the way of every first claim, and because what we take is far less than what a
 * library must: only tokens that we issued, so only the one header that we write. There is no algorithm to choose, hence none to confuse.
 * Measured on one core: 6 µs a token with a library, 2 µs like this, 0.2 µs remembered.
 *
 * A token is verified once and then remembered until it expires. What is remembered is keyed by the whole token, so a forged one with a known signature
 * is a stranger.
 *
 * Signing out must end a token at once although it carries its own proof: the ids of ended sessions are kept for as long as any token may live.
 */
import type { Account, Identity, Role } from './account.ts';
import { HmacSha256 } from './hmac.ts';

const ACCESS_TOKEN_SECONDS = 15 * 60;
/** Those of a load test live this long; none lives longer. */
export const ACCESS_TOKEN_SECONDS_MAX = 24 * 60 * 60;

/** Each remembered token costs about half a KiB. */
const REMEMBERED_TOKENS_MAX = 200_000;

/** `{"alg":"HS256","typ":"JWT"}`: the header of all our tokens, with its dot. */
const HEADER = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.`;
const SIGNATURE_LENGTH = 43; // 32 bytes in base64url
/** Ours have some 200 characters. */
const TOKEN_LENGTH_MAX = 1024;

/** No more than is needed: each byte is hashed, decoded and kept for everyone who claims. */
interface Payload {
  readonly sub: string;
  readonly sid: string;
  readonly role: Role;
  readonly exp: number;
}

export class AccessTokens {
  readonly #hmac: HmacSha256;
  readonly #scratch = Buffer.alloc(TOKEN_LENGTH_MAX);
  // Two generations: when the young one is full, the old one is forgotten. Bounded, and no bookkeeping per look-up.
  #young = new Map<string, Identity>();
  #old = new Map<string, Identity>();
  /** When each ended. */
  readonly #endedSessions = new Map<string, number>();

  /** How long those live that are issued without a word on it. */
  readonly lifetimeSeconds: number;

  constructor(secret: string, lifetimeSeconds: number = ACCESS_TOKEN_SECONDS) {
    this.lifetimeSeconds = lifetimeSeconds;
    this.#hmac = new HmacSha256(secret, TOKEN_LENGTH_MAX);
  }

  /** `lifetimeSeconds` is the default but for the accounts of a load test, and at most ACCESS_TOKEN_SECONDS_MAX. */
  issue(account: Pick<Account, 'id' | 'role'>, sessionId: string, lifetimeSeconds = this.lifetimeSeconds): string {
    const exp = Math.floor(Date.now() / 1000) + lifetimeSeconds;
    const payload: Payload = { sub: account.id, sid: sessionId, role: account.role, exp };
    const signed = `${HEADER}${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
    return `${signed}.${this.#hmac.sign(signed)}`;
  }

  /** Who the token speaks for, or undefined when it is forged, malformed, expired, or its session has ended. */
  identify(token: string): Identity | undefined {
    const identity = this.#young.get(token) ?? this.#old.get(token) ?? this.#remember(token);
    if (identity === undefined || identity.expiresAtMs <= Date.now()) return undefined;
    if (this.#endedSessions.size !== 0 && this.#endedSessions.has(identity.sessionId)) return undefined;
    return identity;
  }

  /** From now on no token of this session is taken. */
  endSession(sessionId: string, endedAtMs = Date.now()): void {
    // First out of its old place: the map is in order of ending.
    this.#endedSessions.delete(sessionId);
    this.#endedSessions.set(sessionId, endedAtMs);
    const forgottenBeforeMs = Date.now() - ACCESS_TOKEN_SECONDS_MAX * 1000;
    for (const [id, atMs] of this.#endedSessions) {
      if (atMs > forgottenBeforeMs) break;
      this.#endedSessions.delete(id);
    }
  }

  hasEnded(sessionId: string): boolean {
    return this.#endedSessions.has(sessionId);
  }

  /** How many ended sessions are kept. */
  get endedSessions(): number {
    return this.#endedSessions.size;
  }

  #remember(token: string): Identity | undefined {
    const payload = this.#verify(token);
    if (payload === undefined) return undefined;
    const identity: Identity = {
      accountId: payload.sub,
      role: payload.role,
      sessionId: payload.sid,
      expiresAtMs: payload.exp * 1000,
    };
    if (this.#young.size >= REMEMBERED_TOKENS_MAX / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(token, identity);
    return identity;
  }

  #verify(token: string): Payload | undefined {
    const dot = token.length - SIGNATURE_LENGTH - 1;
    if (!token.startsWith(HEADER) || dot <= HEADER.length || token[dot] !== '.' || dot > TOKEN_LENGTH_MAX)
      return undefined;
    if (!sameInConstantTime(token.slice(dot + 1), this.#hmac.sign(token.slice(0, dot)))) return undefined;
    // Signed by us, so it is what we wrote.
    const length = this.#scratch.write(token.slice(HEADER.length, dot), 'base64url');
    return JSON.parse(this.#scratch.toString('latin1', 0, length)) as Payload;
  }
}

/** Looks at every character, wherever the first difference is: the time must not tell how much of a forged signature was right. */
function sameInConstantTime(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let place = 0; place < expected.length; place += 1)
    difference |= given.charCodeAt(place) ^ expected.charCodeAt(place);
  return difference === 0;
}
