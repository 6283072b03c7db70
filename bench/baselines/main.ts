/**
 * A baseline as a process of its own:
 *
 *     DATABASE_URL=… REDIS_URL=… node bench/baselines/main.ts <for-update|redis-lock|redis-script> --port 0
 *
 * Says in one line where it listens; to a parent with a channel also as a message, `{ port }`. SIGTERM ends it in order: the last answers go out, and what is to be written is written.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { closeConnections } from '../../src/http/close-connections.ts';
import { openPool } from './database.ts';
import { BASELINE_NAMES, type BaselineName, type Design } from './design.ts';
import { ForUpdate } from './for-update.ts';
import { RedisLock } from './redis-lock.ts';
import { RedisScript } from './redis-script.ts';
import { createBaselineServer } from './server.ts';
import { createTables } from './tables.ts';

const DESIGNS: Readonly<Record<BaselineName, (pool: pg.Pool) => Promise<Design>>> = {
  'for-update': async (pool) => new ForUpdate(pool),
  'redis-lock': (pool) => RedisLock.connect(pool, environment('REDIS_URL')),
  'redis-script': (pool) => RedisScript.connect(pool, environment('REDIS_URL')),
};

async function main(): Promise<void> {
  const { name, port } = readCommandLine();
  const pool = openPool(environment('DATABASE_URL'));
  await createTables(pool);
  const design = await DESIGNS[name](pool);
  const server = createBaselineServer(pool, design);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const listensOn = address !== null && typeof address === 'object' ? address.port : port;
  console.log(`${name} listens on http://127.0.0.1:${listensOn}`);
  process.send?.({ port: listensOn });

  process.once('SIGTERM', async () => {
    const closed = once(server, 'close');
    server.close();
    await closeConnections(server, closed);
    await design.close();
    await pool.end();
    if (process.connected) process.disconnect?.();
  });
}

function readCommandLine(): { readonly name: BaselineName; readonly port: number } {
  const { values, positionals } = parseArgs({
    options: { port: { type: 'string', default: '0' } },
    allowPositionals: true,
  });
  const name = BASELINE_NAMES.find((known) => known === positionals[0]);
  if (!name) throw new Error(`which one? ${BASELINE_NAMES.join(', ')}`);
  return { name, port: Number(values.port) };
}

function environment(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set`);
  return value;
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
