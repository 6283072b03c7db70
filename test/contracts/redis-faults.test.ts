/** A Redis that dies, comes back empty, freezes, forgets: what its adapters do then, and that they recover by themselves. */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LocalServer } from '../../ops/servers/local-server.ts';
import { startRedis } from '../../ops/servers/redis.ts';
import { DatabaseLeases } from '../../src/adapters/database-leases.ts';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { RedisBroadcast } from '../../src/adapters/redis-broadcast.ts';
import type { RedisInFlightLock } from '../../src/adapters/redis-in-flight-lock.ts';
import { RedisLeases } from '../../src/adapters/redis-leases.ts';
import { redisLimiters } from '../../src/adapters/redis-limiters.ts';
import { FencedOff, passFence } from '../../src/fleet/fences.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { hasRedis } from '../servers/redis.ts';
import { RedisProcess } from './redis-process.ts';

/** A command's time-out, and what a noisy machine adds. */
const LATE_MS = 500 + 400;
const AT_ONCE_MS = 200;
const TURN_MS_MAX = 20;
const RECOVERY = { timeout: 20_000, interval: 50 };

describe.skipIf(!hasRedis)('Redis on a bad day', () => {
  let redis: LocalServer;
  let prefixes = 0;
  const opened: RedisProcess[] = [];

  beforeAll(async () => {
    const started = await startRedis({ durable: false });
    if (started === undefined) throw new Error('Redis was here a moment ago');
    redis = started;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((process) => process.close()));
  });
  afterAll(() => redis?.stop());

  /** Processes of one fleet. */
  async function processes(count: number): Promise<RedisProcess[]> {
    prefixes += 1;
    const place = { url: redis.url, prefix: `fleet-${prefixes}:` };
    const fleet = await Promise.all(Array.from({ length: count }, () => RedisProcess.connected(place)));
    opened.push(...fleet);
    return fleet;
  }

  async function one(): Promise<RedisProcess> {
    const [process] = await processes(1);
    if (process === undefined) throw new Error('one was asked for');
    return process;
  }

  async function command(...words: string[]): Promise<void> {
    const client = createClient({ url: redis.url });
    await client.connect();
    await client.sendCommand(words);
    client.destroy();
  }

  /** Killed before the work, and there again, empty, after it. */
  async function dead(work: () => Promise<void>): Promise<void> {
    await redis.kill('SIGKILL');
    try {
      await work();
    } finally {
      await redis.start();
    }
  }

  async function frozen(work: () => Promise<void>): Promise<void> {
    await redis.pause();
    try {
      await work();
    } finally {
      await redis.resume();
    }
  }

  /** As this process has lived it: for how long the machine's other work kept it standing is not counted, as a turn of its event loop counts for `TURN_MS_MAX` at most. */
  async function tookMs(work: unknown): Promise<number> {
    let [livedMs, lastMs] = [0, performance.now()];
    const live = () => {
      const nowMs = performance.now();
      livedMs += Math.min(nowMs - lastMs, TURN_MS_MAX);
      lastMs = nowMs;
    };
    const turns = setInterval(live, TURN_MS_MAX / 4);
    await work;
    clearInterval(turns);
    live();
    return livedMs;
  }

  describe('the in-flight lock', () => {
    async function twoLocks(): Promise<[RedisInFlightLock, RedisInFlightLock]> {
      const [here, there] = await processes(2);
      if (here === undefined || there === undefined) throw new Error('two were asked for');
      return [here.newLock(), there.newLock()];
    }

    /** Locks again: what one gateway holds, another refuses. */
    async function recovers(here: RedisInFlightLock, there: RedisInFlightLock): Promise<void> {
      let users = 0;
      await vi.waitFor(async () => {
        users += 1;
        expect(await here.acquire('900', String(users), 'request-1')).toBe(true);
        expect(await there.acquire('900', String(users), 'request-2')).toBe(false);
      }, RECOVERY);
    }

    it('lets all pass at once while Redis is dead, and locks again when it is back, empty', async () => {
      const [here, there] = await twoLocks();
      expect(await here.acquire('1', '7', 'request-1')).toBe(true);
      await dead(async () => {
        for (let time = 0; time < 10; time += 1) {
          const asked = [here.acquire('1', '7', 'request-2'), there.acquire('1', '7', 'request-3')];
          expect(await tookMs(Promise.all(asked))).toBeLessThan(AT_ONCE_MS);
          expect(await Promise.all(asked)).toEqual([true, true]);
          here.release('1', '7', 'request-2');
        }
        expect(await here.holds('1', '7')).toBeUndefined();
      });
      await recovers(here, there);
    });

    it('lets those pass at once who were waiting for an answer when Redis died', async () => {
      const [here] = await twoLocks();
      await redis.pause();
      const waiting = Array.from({ length: 50 }, (_, user) => here.acquire('2', String(user), 'request-1'));
      await pause(50);
      await dead(async () => {
        expect(await tookMs(Promise.all(waiting))).toBeLessThan(AT_ONCE_MS);
        expect(await Promise.all(waiting)).toEqual(waiting.map(() => true));
      });
    });

    it('holds nobody for longer than its time-out while Redis is frozen, and in the end for no time at all', async () => {
      const [here, there] = await twoLocks();
      await here.acquire('3', 'other', 'request-1');
      const passed: number[] = [];
      await frozen(async () => {
        const ask = async (place: number): Promise<void> => {
          expect(await here.acquire('3', '7', `request-${place}`)).toBe(true);
          passed.push(place);
        };
        const asked: Promise<number>[] = [];
        // Four turns: the third failure opens the breaker, and the fourth does not wait for its own.
        for (const pauseMs of [0, 20, 20, 300]) {
          await pause(pauseMs);
          for (let time = 0; time < 10; time += 1) asked.push(tookMs(ask(asked.length)));
        }
        const waitedMs = await Promise.all(asked);
        expect(Math.max(...waitedMs)).toBeLessThan(LATE_MS);
        expect(Math.max(...waitedMs.slice(30))).toBeLessThan(450);
        expect(passed).toEqual(Array.from({ length: 40 }, (_, place) => place));
        for (let time = 0; time < 20; time += 1) {
          expect(here.acquire('3', '7', 'request-100')).toBe(true);
          await pause(100);
        }
      });
      await recovers(here, there);
    });

    it('starts anew when Redis forgets everything', async () => {
      const [here, there] = await twoLocks();
      await here.acquire('4', '7', 'request-1');
      await command('FLUSHALL');
      expect(await there.acquire('4', '7', 'request-2')).toBe(true);
      here.release('4', '7', 'request-1');
      expect(await there.holds('4', '7')).toBe('request-2');
    });

    it('brings its function back when Redis forgets that alone, and keeps the order', async () => {
      const [here, there] = await twoLocks();
      await here.acquire('5', '7', 'request-1');
      await command('FUNCTION', 'FLUSH');
      const answers = [there.acquire('5', '7', 'request-2')];
      // Calls of several turns find the function missing, and those that come while it is loaded wait behind them.
      for (let request = 0; request < 20; request += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        answers.push(there.acquire('5', '8', `request-${request}`));
      }
      expect(await Promise.all(answers)).toEqual([false, true, ...Array.from({ length: 19 }, () => false)]);
      expect(await there.holds('5', '8')).toBe('request-0');
    });
  });

  describe('the broadcast', () => {
    async function fleet(): Promise<{ here: RedisBroadcast; there: RedisBroadcast; heard: string[]; back: string[] }> {
      const [here, there] = (await processes(2)).map(({ connection }) => new RedisBroadcast(connection));
      if (here === undefined || there === undefined) throw new Error('two were asked for');
      const heard: string[] = [];
      const back: string[] = [];
      await there.subscribe('news', (text) => heard.push(text));
      await here.subscribe('other', () => {});
      there.onConnected(() => back.push('connected'));
      here.publish('news', 'before');
      await expect.poll(() => heard).toEqual(['before']);
      return { here, there, heard, back };
    }

    it('is deaf and says so while Redis is dead, and says when it hears again', async () => {
      const { here, there, heard, back } = await fleet();
      const later: string[] = [];
      await dead(async () => {
        const deaf = expect.poll(() => [here.connected, there.connected], { interval: 10 }).toEqual([false, false]);
        expect(await tookMs(deaf)).toBeLessThan(AT_ONCE_MS);
        here.publish('news', 'lost');
        await there.subscribe('later', (text) => later.push(text));
        expect(back).toEqual([]);
      });
      await vi.waitFor(() => expect(here.connected && there.connected).toBe(true), RECOVERY);
      expect(back).toEqual(['connected']);
      here.publish('later', 'heard');
      here.publish('news', 'after');
      await expect.poll(() => [heard, later]).toEqual([['before', 'after'], ['heard']]);
    });

    it('hears again when Redis hung up on its subscriptions alone', async () => {
      const { here, there, heard, back } = await fleet();
      await command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await vi.waitFor(() => expect(back).toEqual(['connected']), RECOVERY);
      expect(there.connected).toBe(true);
      here.publish('news', 'after');
      await expect.poll(() => heard.at(-1)).toBe('after');
    });

    it('notices within seconds that Redis is frozen', async () => {
      const { here, there, heard, back } = await fleet();
      await frozen(async () => {
        expect(
          await tookMs(vi.waitFor(() => expect(here.connected || there.connected).toBe(false), RECOVERY)),
        ).toBeLessThan(4_000);
        for (let time = 0; time < 100; time += 1) here.publish('news', 'lost');
      });
      await vi.waitFor(() => expect(back).toEqual(['connected']), RECOVERY);
      await vi.waitFor(() => expect(here.connected).toBe(true), RECOVERY);
      here.publish('news', 'after');
      await expect.poll(() => heard).toEqual(['before', 'after']);
    });
  });

  describe('leases', () => {
    const LEASE_SECONDS = 60;
    let database: PgliteDatabase;
    let jobs = 0;

    beforeAll(async () => {
      database = await openEmbedded();
    });
    afterAll(() => database.close());

    function newJob(): string {
      jobs += 1;
      return `job-${jobs}`;
    }

    async function twoLeases(): Promise<[RedisLeases, RedisLeases]> {
      const [here, there] = (await processes(2)).map(
        ({ connection }) =>
          new RedisLeases({
            connection,
            database,
            fallback: new DatabaseLeases(database, LEASE_SECONDS),
            leaseSeconds: LEASE_SECONDS,
          }),
      );
      if (here === undefined || there === undefined) throw new Error('two were asked for');
      return [here, there];
    }

    const write = (job: string, number: number | undefined): Promise<void> =>
      database.transaction((transaction) => passFence(transaction, job, number ?? 0));

    it('are kept in the database while Redis is dead, and go back to an empty Redis with higher numbers', async () => {
      const [here, there] = await twoLeases();
      const job = newJob();
      expect(await here.hold(job)).toBe(1);
      await dead(async () => {
        expect(await there.hold(job)).toBe(2);
        expect(await here.hold(job)).toBeUndefined();
        expect(await there.hold(job)).toBe(2);
        await expect(write(job, 1)).rejects.toThrow(FencedOff);
        await write(job, 2);
      });
      await vi.waitFor(async () => expect(await here.hold(job)).toBe(3), RECOVERY);
      await vi.waitFor(async () => expect(await there.hold(job)).toBeUndefined(), RECOVERY);
      await expect(write(job, 2)).rejects.toThrow(FencedOff);
      await write(job, 3);
    });

    it('are held twice for a while when Redis forgets them, and one holder is shut out', async () => {
      const [here, there] = await twoLeases();
      const job = newJob();
      const number = await here.hold(job);
      await command('FLUSHALL');
      const next = await there.hold(job);
      await expect(write(job, number)).rejects.toThrow(FencedOff);
      await write(job, next);
      expect(await here.hold(job)).toBeUndefined();
    });

    it('are given back when their number cannot be had', async () => {
      const { connection } = await one();
      const broken = { query: () => Promise.reject(new Error('no database')), execute: () => Promise.reject() };
      const fallback = new DatabaseLeases(database, LEASE_SECONDS);
      const parts = { connection, fallback, leaseSeconds: LEASE_SECONDS };
      const job = newJob();
      await expect(new RedisLeases({ ...parts, database: broken }).hold(job)).rejects.toThrow('no database');
      expect(await new RedisLeases({ ...parts, database }).hold(job)).toBe(1);
    });
  });

  describe('limiters', () => {
    it('count in this process at once while Redis is dead, and again in Redis when it is back', async () => {
      const { connection } = await one();
      const limiter = redisLimiters(connection)('sign-in', 3, 60);
      await limiter.consume('somebody');
      await dead(async () => {
        for (let time = 0; time < 3; time += 1) {
          expect(await tookMs(limiter.consume('somebody'))).toBeLessThan(AT_ONCE_MS);
        }
        await expect(limiter.consume('somebody')).rejects.toMatchObject({ consumedPoints: 4 });
        expect(await tookMs(limiter.get('somebody'))).toBeLessThan(AT_ONCE_MS);
        expect(await tookMs(limiter.delete('somebody'))).toBeLessThan(AT_ONCE_MS);
      });
      await vi.waitFor(() => expect(connection.connected).toBe(true), RECOVERY);
      expect(await limiter.consume('somebody')).toMatchObject({ consumedPoints: 1 });
    });

    it('wait for a frozen Redis no longer than for any command', async () => {
      const { connection } = await one();
      const limiter = redisLimiters(connection)('sign-in', 3, 60);
      await frozen(async () => {
        expect(await tookMs(limiter.consume('somebody'))).toBeLessThan(LATE_MS);
        expect(await tookMs(limiter.get('somebody'))).toBeLessThan(LATE_MS);
      });
    });
  });

  describe('the connection', () => {
    it('is made when Redis comes, however late, and says so once', async () => {
      let early: RedisProcess | undefined;
      await dead(async () => {
        early = new RedisProcess({ url: redis.url, prefix: 'late:' });
        opened.push(early);
        await pause(300);
        expect(early.connection.connected).toBe(false);
        const refused = early.connection.run((commands) => commands.ping()).catch(() => {});
        expect(await tookMs(refused)).toBeLessThan(AT_ONCE_MS);
      });
      await vi.waitFor(() => expect(early?.connection.connected).toBe(true), RECOVERY);
      expect(early?.logged).toEqual(['Redis is not connected; going on without it', 'Redis is connected']);
    });

    it('closes in any state', async () => {
      const idle = await one();
      expect(await tookMs(idle.close())).toBeLessThan(AT_ONCE_MS);
      const [silent, reconnecting] = await processes(2);
      await frozen(async () => {
        silent?.connection.run((commands) => commands.ping()).catch(() => {});
        expect(await tookMs(silent?.close())).toBeLessThan(LATE_MS);
        // Accepted by the system, greeted by nobody.
        const starting = new RedisProcess({ url: redis.url, prefix: 'late:' });
        await pause(50);
        expect(await tookMs(starting.close())).toBeLessThan(AT_ONCE_MS);
      });
      await dead(async () => {
        await pause(100);
        expect(await tookMs(reconnecting?.close())).toBeLessThan(AT_ONCE_MS);
      });
      await reconnecting?.close();
    });

    it('does not blame Redis when it was this process that stood still', async () => {
      const { connection } = await one();
      const answer = connection.run((commands) => commands.ping());
      // It is sent by then, and the answer comes while nobody reads.
      await new Promise((resolve) => setImmediate(resolve));
      const untilMs = performance.now() + 700;
      while (performance.now() < untilMs);
      expect(await answer).toBe('PONG');
    });
  });
});
