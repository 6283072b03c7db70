/** Who may pass, and how often: signed-in callers are limited by their account, all others by their address. */
import type { FastifyRequest } from 'fastify';
import { networkOf } from '../http/client-network.ts';
import { Problem } from '../http/problem.ts';
import { RateMap } from '../http/rate-map.ts';
import type { Identity } from './account.ts';
import type { AccessTokens } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `guard.signedIn` and `guard.administrator`. */
    identity: Identity | null;
  }
}

export interface GuardLimits {
  readonly requestsPerUserPerSecond: number;
  readonly requestsPerAddressPerSecond: number;
}

export class Guard {
  readonly #tokens: AccessTokens;
  /** The limits, for those who share them with other processes. */
  readonly byUser: RateMap;
  readonly byAddress: RateMap;

  constructor(tokens: AccessTokens, limits: GuardLimits) {
    this.#tokens = tokens;
    this.byUser = new RateMap(limits.requestsPerUserPerSecond);
    this.byAddress = new RateMap(limits.requestsPerAddressPerSecond);
  }

  /** The caller by the request's token. Throws `unauthenticated`, or `rate_limited` for an address that keeps trying. */
  identify(request: FastifyRequest): Identity {
    const identity = this.#holderOfToken(request);
    if (identity !== undefined) return identity;
    this.#admitAddress(request);
    throw new Problem('unauthenticated', {
      detail: request.headers.authorization
        ? 'The token is not valid (any more): refresh it, or sign in'
        : 'Send `Authorization: Bearer <accessToken>`',
    });
  }

  /** Hooks for routes (`onRequest`). */
  readonly anyone = async (request: FastifyRequest): Promise<void> => {
    const identity = this.#holderOfToken(request);
    if (identity === undefined) this.#admitAddress(request);
    else this.#admitUser(identity);
  };

  readonly signedIn = async (request: FastifyRequest): Promise<void> => {
    const identity = this.identify(request);
    this.#admitUser(identity);
    request.identity = identity;
  };

  readonly administrator = async (request: FastifyRequest): Promise<void> => {
    await this.signedIn(request);
    if (request.identity?.role !== 'admin') throw new Problem('forbidden');
  };

  #holderOfToken(request: FastifyRequest): Identity | undefined {
    const { authorization } = request.headers;
    return authorization?.startsWith('Bearer ') ? this.#tokens.identify(authorization.slice(7)) : undefined;
  }

  #admitUser(identity: Identity): void {
    if (!this.byUser.admit(identity.accountId)) throw tooOften();
  }

  #admitAddress(request: FastifyRequest): void {
    if (!this.byAddress.admit(networkOf(request.ip))) throw tooOften();
  }
}

function tooOften(): Problem {
  return new Problem('rate_limited', { retryAfterSeconds: 1 });
}

/** The caller of a guarded route. */
export function callerOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new Error('this route lacks its guard');
  return request.identity;
}
