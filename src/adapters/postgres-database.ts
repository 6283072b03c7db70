/** PostgreSQL 15 or newer, over `pg`. The ledger's batches have connections of their own, so that slow pages never hold up a sale. */
import pg from 'pg';
import type { Database, Queryable } from '../database/database.ts';

export interface PostgresOptions {
  readonly url: string;
  /** Connections for everything but the ledger. */
  readonly connectionsMax: number;
  /** Connections for the ledger: as many drops as may decide at the same instant in this process. */
  readonly ledgerConnectionsMax: number;
}

/** A server that falls silent must not hold claims for ever: they are told to ask again, which is safe whatever became of the statement. */
const TIME_LIMITS = {
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  query_timeout: 20_000,
  statement_timeout: 15_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 15_000,
} as const;

/** Scripts are migrations: nobody waits for them but whoever starts the program. */
const SCRIPT_WITHIN_MS = 3_600_000;
/** Sessions do what takes long. */
const SESSION_TIME_LIMITS = {
  ...TIME_LIMITS,
  query_timeout: SCRIPT_WITHIN_MS,
  statement_timeout: SCRIPT_WITHIN_MS,
  lock_timeout: SCRIPT_WITHIN_MS,
} as const;

export class PostgresDatabase implements Database {
  readonly expressLane: Queryable;
  readonly query: Queryable['query'];
  readonly execute: Queryable['execute'];
  readonly #pool: pg.Pool;
  readonly #ledgerPool: pg.Pool;
  readonly #url: string;
  readonly #sessions = new Set<pg.Client>();

  constructor(options: PostgresOptions) {
    this.#url = options.url;
    const common = { connectionString: options.url, ...TIME_LIMITS };
    this.#pool = new pg.Pool({ ...common, max: options.connectionsMax });
    this.#ledgerPool = new pg.Pool({ ...common, max: options.ledgerConnectionsMax });
    // An idle connection that PostgreSQL closes is replaced at the next use; without a listener it would end the process.
    for (const pool of [this.#pool, this.#ledgerPool]) pool.on('error', () => {});
    ({ query: this.query, execute: this.execute } = queryableOver(this.#pool));
    this.expressLane = queryableOver(this.#ledgerPool);
  }

  async transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // While it is ours, nobody else listens: a server that goes away in the middle would end the process.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query('begin');
      try {
        const result = await work(queryableOver(client));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((rollbackError: Error) => {
          broken = rollbackError;
        });
        throw error;
      }
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  async session<Result>(work: (session: Queryable) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({ connectionString: this.#url, ...SESSION_TIME_LIMITS });
    // One that is lost fails the statement it is asked next.
    client.on('error', () => {});
    this.#sessions.add(client);
    try {
      await client.connect();
      return await work(queryableOver(client));
    } finally {
      this.#sessions.delete(client);
      await client.end();
    }
  }

  /** Sessions are cut off: what takes long is not waited for. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions].map((client) => client.end());
    await Promise.all([this.#pool.end(), this.#ledgerPool.end(), ...sessions]);
  }
}

function queryableOver(client: pg.Pool | pg.ClientBase): Queryable {
  return {
    async query<Row extends object>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
      return (await client.query<Row>(text, [...parameters])).rows;
    },
    async execute(script: string): Promise<void> {
      await client.query({ text: script, query_timeout: SCRIPT_WITHIN_MS } as pg.QueryConfig);
    },
  };
}
