/**
 * Writes to the database what the script has granted: a consumer of the stream, in the same process.
 *
 *   catching up   reads what it took from the stream and never confirmed: it was stopped or the database failed in the middle
 *     │ nothing is left of that
 *     ▼
 *   following     waits for new grants, takes up to a batch of them at once
 *
 *   in both       one statement writes the batch, skipping what stands there already; then it is confirmed and leaves the stream. On any failure: a pause, and catching up
 *
 * So nothing in the stream is lost however often this process or the database fails; what is not in the stream any more, because Redis has forgotten it, is.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { newRedisClient, type RedisClient } from './redis-connection.ts';

export const STREAM = 'baseline:grants';

const GROUP = 'writers';
/** Processes share the name, so that whoever starts next catches up for one that is gone. Written twice is written once. */
const CONSUMER = 'writer';
const BATCH_MAX = 500;
const WAIT_MS = 200;
const PAUSE_AFTER_FAILURE_MS = 200;
const STOP_WITHIN_MS = 10_000;

const WRITE_BATCH = `
  with written as (
    insert into baseline_grants (id, drop_id, user_id, request_id, serial)
    select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::integer[])
    on conflict do nothing
    returning drop_id
  )
  update baseline_drops d set granted = granted + w.units
  from (select drop_id, count(*) as units from written group by drop_id) w
  where d.id = w.drop_id`;

interface Entry {
  readonly id: string;
  readonly message: Readonly<Record<string, string>>;
}

export class WriteBehind {
  readonly #pool: pg.Pool;
  readonly #redis: RedisClient;
  readonly #done: Promise<void>;
  /** The writer gives up when this is past; until it stops, never. */
  #stopAt = Number.POSITIVE_INFINITY;
  #isStopping = false;

  private constructor(pool: pg.Pool, redis: RedisClient) {
    this.#pool = pool;
    this.#redis = redis;
    this.#done = this.#run();
  }

  /** It has a connection of its own: on a shared one claims would stand behind its waiting. */
  static async start(pool: pg.Pool, redisUrl: string): Promise<WriteBehind> {
    const redis = newRedisClient(redisUrl);
    await redis.connect();
    return new WriteBehind(pool, redis);
  }

  /** Resolves when the stream is empty, or when it cannot be emptied in time. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopAt = performance.now() + STOP_WITHIN_MS;
    await this.#done;
    this.#redis.destroy();
  }

  async #run(): Promise<void> {
    let from: '0' | '>' = '0';
    let isReady = false;
    while (performance.now() < this.#stopAt) {
      try {
        if (!isReady) await this.#createGroup();
        isReady = true;
        const entries = await this.#read(from);
        if (entries.length > 0) await this.#write(entries);
        else if (from === '0') from = '>';
        else if (this.#isStopping) return;
      } catch {
        from = '0';
        isReady = false;
        await pause(PAUSE_AFTER_FAILURE_MS);
      }
    }
  }

  /** From the stream's beginning: grants may stand there already. */
  async #createGroup(): Promise<void> {
    await this.#redis.xGroupCreate(STREAM, GROUP, '0', { MKSTREAM: true }).catch((error: Error) => {
      if (!error.message.startsWith('BUSYGROUP')) throw error;
    });
  }

  async #read(from: '0' | '>'): Promise<Entry[]> {
    const streams = await this.#redis.xReadGroup(
      GROUP,
      CONSUMER,
      { key: STREAM, id: from },
      { COUNT: BATCH_MAX, BLOCK: WAIT_MS },
    );
    return streams?.[0]?.messages ?? [];
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const column = (name: string): string[] => entries.map(({ message }) => message[name] ?? '');
    const values = ['grant', 'drop', 'user', 'request', 'serial'].map(column);
    await this.#pool.query({ name: 'write-batch', text: WRITE_BATCH, values });
    const ids = entries.map(({ id }) => id);
    await this.#redis.multi().xAck(STREAM, GROUP, ids).xDel(STREAM, ids).exec();
  }
}
