/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) in a thread of its own, one connection.
 *
 * Statements wait in two lanes; the express lane goes first, four times in a row at most. A transaction holds the connection from `begin` to `commit`, so nothing else may slip in
 * between: it takes its turn as one piece of work.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Database, Queryable } from '../database/database.ts';
import { lockFolder } from './folder-lock.ts';
import type { PgliteReply, PgliteRequest, PgliteWorkerData } from './pglite-worker.ts';

type Work = () => Promise<void>;

/** After so many statements of the express lane an ordinary one may go, so that a long sale does not keep everybody else waiting to its end. */
const EXPRESS_IN_A_ROW_MAX = 4;

export class PgliteDatabase implements Database {
  readonly expressLane: Queryable;
  readonly #worker: Worker;
  readonly #release: () => void;
  readonly #replies = new Map<number, { resolve: (rows: object[]) => void; reject: (error: Error) => void }>();
  readonly #express: Work[] = [];
  readonly #ordinary: Work[] = [];
  #busy = false;
  #expressInARow = 0;
  /** Why no statement can run any more: closed, or the thread has died. */
  #ended: Error | undefined;
  #lastId = 0;

  /**
   * Opens the database in `folder` (made if missing), or one in memory when `folder` is null.
   * Throws when another process has the folder open: two writers would destroy it. `image` is the file of one that was dumped, to begin with in memory: for tests, as making one takes
   * three seconds of a processor.
   */
  static async open(folder: string | null, image?: string): Promise<PgliteDatabase> {
    if (folder === null) return new PgliteDatabase(await startWorker({ path: null, image }), () => {});
    const release = await lockFolder(folder);
    const path = join(folder, 'postgres');
    try {
      if (!existsSync(path)) await makeDatabase(path);
      return new PgliteDatabase(await startWorker({ path }), release);
    } catch (error) {
      release();
      throw error;
    }
  }

  private constructor(worker: Worker, release: () => void) {
    this.#worker = worker;
    this.#release = release;
    this.expressLane = this.#lane(this.#express);
    const ordinary = this.#lane(this.#ordinary);
    this.query = ordinary.query;
    this.execute = ordinary.execute;
    worker.on('message', (reply: PgliteReply | 'closed') => {
      if (reply === 'closed') return;
      const waiting = this.#replies.get(reply.id);
      this.#replies.delete(reply.id);
      if ('rows' in reply) waiting?.resolve(reply.rows);
      else waiting?.reject(Object.assign(new Error(reply.error.message), reply.error));
    });
    worker.on('error', (error: Error) => this.#failAll(error));
    worker.on('exit', () => this.#failAll(new Error('the embedded database has stopped')));
  }

  readonly query: Queryable['query'];
  readonly execute: Queryable['execute'];

  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    const held: Queryable = {
      query: <Row extends object>(text: string, parameters: readonly unknown[] = []) =>
        this.#send(text, parameters) as Promise<Row[]>,
      execute: async (script) => {
        await this.#send(script, null);
      },
    };
    return this.#enqueue(this.#ordinary, async () => {
      await held.execute('begin');
      try {
        const result = await work(held);
        await held.execute('commit');
        return result;
      } catch (error) {
        await held.execute('rollback');
        throw error;
      }
    });
  }

  /** The one connection, for one statement at a time. */
  async session<Result>(work: (session: Queryable) => Promise<Result>): Promise<Result> {
    try {
      return await work(this);
    } finally {
      await this.execute('select pg_advisory_unlock_all()');
    }
  }

  /** Finishes what waits, closes the files cleanly and gives the folder back. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return this.#release();
    await this.#enqueue(this.#ordinary, async () => {
      this.#ended = new Error('the embedded database is closed');
      await stopWorker(this.#worker);
    });
    this.#release();
  }

  #lane(queue: Work[]): Queryable {
    return {
      query: <Row extends object>(text: string, parameters: readonly unknown[] = []) =>
        this.#enqueue(queue, () => this.#send(text, parameters) as Promise<Row[]>),
      execute: (script) =>
        this.#enqueue(queue, async () => {
          await this.#send(script, null);
        }),
    };
  }

  #enqueue<Result>(queue: Work[], work: () => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      queue.push(() => work().then(resolve, reject));
      this.#next();
    });
  }

  #next(): void {
    if (this.#busy) return;
    const express =
      this.#expressInARow < EXPRESS_IN_A_ROW_MAX || this.#ordinary.length === 0 ? this.#express.shift() : undefined;
    const work = express ?? this.#ordinary.shift();
    if (work === undefined) return;
    this.#expressInARow = express === undefined ? 0 : this.#expressInARow + 1;
    this.#busy = true;
    void work().finally(() => {
      this.#busy = false;
      this.#next();
    });
  }

  #send(text: string, parameters: readonly unknown[] | null): Promise<object[]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const request: PgliteRequest = { id: this.#lastId, text, parameters };
    return new Promise((resolve, reject) => {
      this.#replies.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #failAll(error: Error): void {
    const unexpected = this.#ended === undefined;
    this.#ended ??= error;
    for (const waiting of this.#replies.values()) waiting.reject(error);
    this.#replies.clear();
    // Without its database the process can only refuse. Whoever watches over it must see it end, and start it again.
    if (unexpected) {
      setImmediate(() => {
        throw error;
      });
    }
  }
}

/**
 * Makes the database beside its place and moves it there when it is complete: a process killed meanwhile leaves nothing half made. Making one takes
 * 400 MB that its thread would keep, so it has a thread of its own, and gives them back.
 */
async function makeDatabase(path: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await stopWorker(await startWorker({ path: unfinished }));
  renameSync(unfinished, path);
}

/** Resolves once its database is open. */
async function startWorker(workerData: PgliteWorkerData): Promise<Worker> {
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return worker;
}

/** Resolves once its files are closed and its memory is free. */
async function stopWorker(worker: Worker): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('close');
  await exited;
}
