/**
 * Leases of a fleet, in Redis; their numbers come from the database, so that a Redis that was emptied hands out no old ones.
 *
 *   Redis answers        its word counts. Whoever takes a lease raises the fence; if that fails, the lease is given back
 *   Redis cannot be asked  the fallback's word counts, and it raises the fence, too
 *
 * While some processes reach Redis and others don't, two may hold the same lease. Only the one with the latest number can write. The other one is told
 * FencedOff by its next write and must then give its lease back; what it takes after that has a number of its own.
 */
import { randomBytes } from 'node:crypto';
import type { Queryable } from '../database/database.ts';
import { raiseFence } from '../fleet/fences.ts';
import { LEASE_SECONDS, type Leases } from '../fleet/lease.ts';
import type { RedisConnection } from './redis-connection.ts';
import { RedisLibrary } from './redis-library.ts';

const HOLD = 'lease_hold_1';
const RELEASE = 'lease_release_1';

export interface RedisLeasesParts {
  readonly connection: RedisConnection;
  readonly database: Queryable;
  readonly fallback: Leases;
  readonly leaseSeconds?: number;
}

export class RedisLeases implements Leases {
  readonly #connection: RedisConnection;
  readonly #database: Queryable;
  readonly #fallback: Leases;
  readonly #leaseMs: string;
  readonly #library = new RedisLibrary(new URL('redis-leases.lua', import.meta.url));
  readonly #holder = randomBytes(9).toString('base64url');
  readonly #numbers = new Map<string, number>();
  readonly #fellBack = new Set<string>();

  constructor({ connection, database, fallback, leaseSeconds = LEASE_SECONDS }: RedisLeasesParts) {
    this.#connection = connection;
    this.#database = database;
    this.#fallback = fallback;
    this.#leaseMs = String(Math.round(leaseSeconds * 1000));
  }

  async hold(job: string): Promise<number | undefined> {
    const answer = await this.#call(HOLD, job, [this.#holder, this.#leaseMs]);
    if (answer === undefined) {
      // Whatever Redis makes of what it was told last: the number is not relied on again.
      this.#numbers.delete(job);
      this.#fellBack.add(job);
      return this.#fallback.hold(job);
    }
    await this.#leaveFallback(job);
    const known = answer === 'kept' ? this.#numbers.get(job) : undefined;
    if (known !== undefined) return known;
    this.#numbers.delete(job);
    return answer === 'refused' ? undefined : this.#raise(job);
  }

  async release(job: string): Promise<void> {
    this.#numbers.delete(job);
    await this.#call(RELEASE, job, [this.#holder]);
    await this.#leaveFallback(job);
  }

  async #raise(job: string): Promise<number> {
    try {
      const number = await raiseFence(this.#database, job);
      this.#numbers.set(job, number);
      return number;
    } catch (error) {
      await this.release(job);
      throw error;
    }
  }

  /** It runs out by itself, should this fail. */
  async #leaveFallback(job: string): Promise<void> {
    if (this.#fellBack.delete(job)) await this.#fallback.release(job).catch(() => {});
  }

  /** Undefined when Redis cannot be asked. */
  async #call(name: string, job: string, parameters: readonly string[]): Promise<string | undefined> {
    try {
      const key = `${this.#connection.prefix}lease:${job}`;
      return String(await this.#connection.run((commands) => this.#library.call(commands, name, [key], parameters)));
    } catch {
      return undefined;
    }
  }
}
