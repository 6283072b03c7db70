/**
 * Access tokens: HS256 JWTs of 15 minutes.
 *
 * A token is verified once and then remembered until it expires: verifying costs microseconds, looking it up a fraction of one, and at ten sharp
 * that is the difference. What is remembered is keyed by the whole token, so a forged one with a known signature is a stranger.
 *
 * Signing out must end a token at once although it carries its own proof: the ids of ended sessions are kept until their last token has expired.
 */
import { createSigner, createVerifier } from 'fast-jwt';
import type { Account, Identity, Role } from './account.ts';

export const ACCESS_TOKEN_SECONDS = 15 * 60;

/** Each remembered token costs about half a KiB. */
const REMEMBERED_TOKENS_MAX = 200_000;

interface Payload {
  readonly sub: string;
  readonly sid: string;
  readonly name: string;
  readonly role: Role;
  readonly exp: number;
}

export class AccessTokens {
  readonly #key: string;
  readonly #verify: (token: string) => Payload;
  // Two generations: when the young one is full, the old one is forgotten. Bounded, and no bookkeeping per look-up.
  #young = new Map<string, Identity>();
  #old = new Map<string, Identity>();
  readonly #endedSessions = new Map<string, number>();

  constructor(secret: string) {
    this.#key = secret;
    this.#verify = createVerifier({
      key: secret,
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'sid', 'role', 'exp'],
    });
  }

  /** `lifetimeSeconds` is the default but for the accounts of a load test. */
  issue(
    account: Pick<Account, 'id' | 'username' | 'role'>,
    sessionId: string,
    lifetimeSeconds = ACCESS_TOKEN_SECONDS,
  ): string {
    const sign = createSigner({ key: this.#key, algorithm: 'HS256', expiresIn: lifetimeSeconds * 1000 });
    return sign({ sub: account.id, sid: sessionId, name: account.username, role: account.role });
  }

  /** Who the token speaks for, or undefined when it is forged, malformed, expired, or its session has ended. */
  identify(token: string): Identity | undefined {
    const identity = this.#young.get(token) ?? this.#old.get(token) ?? this.#remember(token);
    if (identity === undefined || identity.expiresAtMs <= Date.now()) return undefined;
    if (this.#endedSessions.size !== 0 && this.#endedSessions.has(identity.sessionId)) return undefined;
    return identity;
  }

  /** From now on no token of this session is taken. `lastExpiryMs`: when the last of them would have expired by itself. */
  endSession(sessionId: string, lastExpiryMs = Date.now() + ACCESS_TOKEN_SECONDS * 1000): void {
    const now = Date.now();
    for (const [id, expiryMs] of this.#endedSessions) {
      if (expiryMs > now) break; // in order of their ending, near enough
      this.#endedSessions.delete(id);
    }
    this.#endedSessions.set(sessionId, lastExpiryMs);
  }

  #remember(token: string): Identity | undefined {
    let payload: Payload;
    try {
      payload = this.#verify(token);
    } catch {
      return undefined;
    }
    const identity: Identity = {
      accountId: payload.sub,
      username: payload.name,
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
}
