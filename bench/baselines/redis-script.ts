/**
 * Redis decides, in a script that nothing interrupts: stock counter, units per buyer, answers by request. The buyer has the answer at once; the same script hands the grant
 * to a stream, from which this process writes it to the database in batches (write-behind.ts). This is what is called fast: a claim costs one round trip to memory.
 *
 *   Redis has the drop     it answers
 *   Redis has lost it      the drop is brought back as the database knows it, and the claim is decided then
 *
 * What the buyer was told stands in the memory of one Redis until the writer, or the next snapshot, has caught up. With its usual settings (a snapshot after a minute if 10,000
 * keys have changed, after five if 100 have, no append-only file) a Redis that is killed forgets that, and decides the same units once more.
 */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { withinTime } from '../../src/adapters/time-limit.ts';
import type { Decision, Design, DropTerms, Granted, Press } from './design.ts';
import { newRedisClient, type RedisClient } from './redis-connection.ts';
import { findGrant, type HeldGrant, readHoldings } from './tables.ts';
import { STREAM, WriteBehind } from './write-behind.ts';

/** node-redis waits for an answer as long as the socket stands. */
const COMMAND_TIMEOUT_MS = 5_000;

export class RedisScript implements Design {
  readonly #pool: pg.Pool;
  readonly #redis: RedisClient;
  readonly #writer: WriteBehind;

  private constructor(pool: pg.Pool, redis: RedisClient, writer: WriteBehind) {
    this.#pool = pool;
    this.#redis = redis;
    this.#writer = writer;
  }

  static async connect(pool: pg.Pool, redisUrl: string): Promise<RedisScript> {
    const redis = newRedisClient(redisUrl);
    await redis.connect();
    return new RedisScript(pool, redis, await WriteBehind.start(pool, redisUrl));
  }

  async claim(press: Press): Promise<Decision | undefined> {
    const answer = await this.#decide(press);
    if (answer !== 'unknown') return readAnswer(answer);
    const holdings = await readHoldings(this.#pool, press.dropId);
    if (!holdings) return undefined;
    await this.#bring(holdings, holdings.grants);
    return readAnswer(await this.#decide(press));
  }

  #decide({ dropId, userId, requestId }: Press): Promise<string> {
    return withinTime(COMMAND_TIMEOUT_MS, this.#redis.claim(keysOf(dropId), [dropId, userId, requestId, randomUUID()]));
  }

  async find(press: Press): Promise<Granted | undefined> {
    const [, , , answers] = keysOf(press.dropId);
    const known = this.#redis.hGet(answers, `${press.userId} ${press.requestId}`);
    const answer = await withinTime(COMMAND_TIMEOUT_MS, known);
    return answer ? readGrant(answer) : findGrant(this.#pool, press);
  }

  async open(terms: DropTerms): Promise<void> {
    await this.#bring(terms, []);
  }

  async #bring({ id, stock, perUserLimit }: DropTerms, grants: readonly HeldGrant[]): Promise<void> {
    const parameters = [String(stock), String(perUserLimit), JSON.stringify(grants)];
    await withinTime(COMMAND_TIMEOUT_MS, this.#redis.openDrop(keysOf(id), parameters));
  }

  countUnwritten(): Promise<number> {
    return withinTime(COMMAND_TIMEOUT_MS, this.#redis.xLen(STREAM));
  }

  async check(): Promise<void> {
    await this.#pool.query('select 1');
    await withinTime(COMMAND_TIMEOUT_MS, this.#redis.ping());
  }

  async close(): Promise<void> {
    await this.#writer.stop();
    this.#redis.destroy();
  }
}

function keysOf(dropId: string): [string, string, string, string, string] {
  const drop = `baseline:drop:${dropId}`;
  return [drop, `${drop}:left`, `${drop}:buyers`, `${drop}:answers`, STREAM];
}

function readAnswer(answer: string): Decision {
  if (answer === 'sold_out' || answer === 'limit_reached') return { outcome: answer };
  return readGrant(answer);
}

function readGrant(answer: string): Granted {
  const [serial, grantId] = answer.split(' ');
  // Redis was emptied between the drop's return and the claim.
  if (!grantId) throw new Error(`Redis answered ${answer}`);
  return { outcome: 'granted', grantId, serial: Number(serial) };
}
