/**
 * The thread that runs PGlite, so that a batch of a thousand claims never holds up the event loop that answers people.
 *
 * PGlite by itself turns fsync off. Here it is on, and reaches the disk through the host's fsync: what was acknowledged survives a power cut as well as
 * kill -9. Measured cost on a laptop-class disk: about a millisecond a batch, whatever the batch's size.
 */
import { fsyncSync, openAsBlob } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type PGliteOptions, types } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** `path` is the folder of the database; null keeps it in memory. */
export interface PgliteWorkerData {
  readonly path: string | null;
  /** What a database in memory begins with, as `dumpDataDir` has written it; undefined: with nothing. */
  readonly image?: string | undefined;
}

export interface PgliteRequest {
  readonly id: number;
  readonly text: string;
  /** null: `text` is a script of several statements. */
  readonly parameters: readonly unknown[] | null;
}

export type PgliteReply =
  | { readonly id: number; readonly rows: object[] }
  | { readonly id: number; readonly error: { message: string; code?: string; constraint?: string; detail?: string } };

/** PGlite's own start parameters without `-F` (which is fsync = off), and with an fsync that its file system can pass on. */
const START_PARAMETERS = [
  '--single',
  ...['-O', '-j'],
  ...[
    'search_path=public',
    'exit_on_error=false',
    'log_checkpoints=false',
    'max_worker_processes=0',
    'max_parallel_workers=0',
    'max_parallel_workers_per_gather=0',
    'max_parallel_maintenance_workers=0',
    'io_method=sync',
    'fsync=on',
    'wal_sync_method=fsync',
  ].flatMap((setting) => ['-c', setting]),
];

interface NodeFileStream {
  readonly nfd?: number;
}

/** What of PGlite's module this file touches: Emscripten's NODEFS, which has every call but fsync. */
interface ModuleWithNodeFiles {
  NODEFS: { stream_ops: { fsync?: (stream: NodeFileStream) => number } };
}

class DurableNodeFS extends NodeFS {
  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const initialised = await super.init(pg, options);
    const preRun = (initialised.emscriptenOpts.preRun ?? []) as unknown as ((module: ModuleWithNodeFiles) => void)[];
    preRun.push((module) => {
      module.NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fsyncOrEnd(stream.nfd);
        return 0;
      };
    });
    return initialised;
  }
}

/**
 * After a failed fsync nobody knows what is on the disk, and asking again may lie (PostgreSQL panics for the same reason). The thread ends before it can
 * answer: what is not known to be durable is never acknowledged.
 */
function fsyncOrEnd(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    process.stderr.write(`the embedded database could not be written to disk: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

const { path, image } = workerData as PgliteWorkerData;
const port = parentPort;
if (port === null) throw new Error('pglite-worker.ts runs as a worker thread');

const options: PGliteOptions = { parsers: { [types.INT8]: (text: string) => text } };
if (path !== null) Object.assign(options, { fs: new DurableNodeFS(path), startParams: START_PARAMETERS });
else if (image !== undefined) options.loadDataDir = await openAsBlob(image);
const database = await PGlite.create(options);

port.on('message', async (request: PgliteRequest | 'close') => {
  if (request === 'close') {
    await database.close();
    port.postMessage('closed');
    port.close();
    return;
  }
  port.postMessage(await run(request));
});
port.postMessage('ready');

async function run({ id, text, parameters }: PgliteRequest): Promise<PgliteReply> {
  try {
    if (parameters === null) {
      await database.exec(text);
      return { id, rows: [] };
    }
    return { id, rows: (await database.query<object>(text, [...parameters])).rows };
  } catch (error) {
    // Not an answer of PostgreSQL's but a broken machine beneath it: nothing after this can be trusted.
    if (error instanceof Error && error.constructor.name === 'RuntimeError') throw error;
    const { message, code, constraint, detail } = error as Error &
      Record<'code' | 'constraint' | 'detail', string | undefined>;
    return {
      id,
      error: { message, ...(code && { code }), ...(constraint && { constraint }), ...(detail && { detail }) },
    };
  }
}
