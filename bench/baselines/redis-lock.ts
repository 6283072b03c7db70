/**
 * A lock in Redis, one per drop, around a transaction that locks nothing itself: it reads, decides and writes as if it were alone. This is what most tutorials do.
 *
 *   look      without the lock, as in for-update.ts
 *   lock      SET NX with an end after 10 s, prolonged every 8 s; who does not get it asks again every 10 ms, for 10 s (the library's defaults)
 *   decide    read, check, insert, update
 *   commit    if the lock is still ours
 *   release   by a script that deletes only our own lock
 *
 * The library is redis-semaphore 5.8.0 (September 2026): years of releases, still kept, and its defaults wait, as a sale must. redlock, which tutorials name, has stood still at
 * 5.0.0-beta.2 for years (mike-marcacci/node-redlock, issue 310); its fork @sesamecare-oss/redlock sends people on to redlock-universal (its issue 24), which is at 0.8 and by default
 * gives up after four attempts in 300 ms. redis-semaphore is made for and tested with ioredis, so this baseline has that client. There is one Redis, hence Mutex and not RedlockMutex.
 *
 * What the lock promises ends where Redis forgets it (a crash, a failover) or where its owner stands still for longer than it lasts: between the last look at the lock and
 * the COMMIT nothing keeps a second owner out. Nor is there a line: whoever asks in the moment of a release has it, and those who sleep wait on.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { Mutex } from 'redis-semaphore';
import { Problem } from '../../src/http/problem.ts';
import { inTransaction } from './database.ts';
import type { Decision, Design, Granted, Press } from './design.ts';
import { answerWithoutUnit, findGrant, readStanding, writeGrant } from './tables.ts';

const COMMAND_TIMEOUT_MS = 5_000;

export class RedisLock implements Design {
  readonly #pool: pg.Pool;
  readonly #redis: Redis;

  private constructor(pool: pg.Pool, redis: Redis) {
    this.#pool = pool;
    this.#redis = redis;
  }

  static async connect(pool: pg.Pool, redisUrl: string): Promise<RedisLock> {
    const redis = new Redis(redisUrl, {
      lazyConnect: true,
      commandTimeout: COMMAND_TIMEOUT_MS,
      // A command that is sent later, when nobody waits for it any more, would take the lock for nobody.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    });
    // It connects again by itself; claims fail meanwhile.
    redis.on('error', () => {});
    await redis.connect();
    return new RedisLock(pool, redis);
  }

  async claim(press: Press): Promise<Decision | undefined> {
    const standing = await readStanding(this.#pool, press);
    if (!standing) return undefined;
    const answer = answerWithoutUnit(standing, press.requestId);
    return answer === 'a unit is left' ? this.#claimLocked(press) : answer;
  }

  async #claimLocked(press: Press): Promise<Decision | undefined> {
    // By default the loss of a lock ends the process; here `isAcquired` tells it.
    const mutex = new Mutex(this.#redis, `baseline:drop:${press.dropId}`, { onLockLost: () => {} });
    if (!(await mutex.tryAcquire())) throw new Problem('overloaded');
    try {
      return await inTransaction(this.#pool, (client) => take(client, press, mutex));
    } finally {
      // What is committed is told, whatever has become of Redis; the lock ends by itself.
      await mutex.release().catch(() => {});
    }
  }

  find(press: Press): Promise<Granted | undefined> {
    return findGrant(this.#pool, press);
  }

  async open(): Promise<void> {}

  async countUnwritten(): Promise<number> {
    return 0;
  }

  async check(): Promise<void> {
    await this.#pool.query('select 1');
    await this.#redis.ping();
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }
}

async function take(client: pg.PoolClient, press: Press, mutex: Mutex): Promise<Decision | undefined> {
  const standing = await readStanding(client, press);
  if (!standing) return undefined;
  const answer = answerWithoutUnit(standing, press.requestId);
  if (answer !== 'a unit is left') return answer;
  const grant = { outcome: 'granted', grantId: randomUUID(), serial: standing.granted + 1 } as const;
  await writeGrant(client, press, grant);
  if (!mutex.isAcquired) throw new Error('the lock was lost');
  return grant;
}
