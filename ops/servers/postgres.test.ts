import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalServer } from './local-server.ts';
import { startPostgres } from './postgres.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { isRunning } from './process-tree.ts';

describe.skipIf(!findPostgresBinaries())('a PostgreSQL of our own', () => {
  let server: LocalServer | undefined;
  afterEach(() => server?.stop());

  async function start(durable: boolean, settings?: Record<string, string>): Promise<LocalServer> {
    server = await startPostgres({ durable, ...(settings && { settings }) });
    if (!server) throw new Error('there is no PostgreSQL');
    return server;
  }

  async function connect(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  async function query(url: string, sql: string): Promise<unknown[]> {
    const client = await connect(url);
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('has the settings that were asked for', async () => {
    const { url } = await start(false, { max_connections: '17' });
    const shown = `select current_setting('fsync') as fsync, current_setting('max_connections') as connections`;
    expect(await query(url, shown)).toEqual([{ fsync: 'off', connections: '17' }]);
  });

  it('keeps what was committed through a SIGKILL, of which its backends hear, busy or not', async () => {
    const own = await start(true);
    await query(own.url, 'create table kept as select 1 as number');
    const [idle, busy] = await Promise.all([connect(own.url), connect(own.url)]);
    const work = busy.query('select count(*) from generate_series(1, 1e10)').catch((error: Error) => error);
    const before = own.processIds();

    await own.kill('SIGKILL');
    expect(before.length).toBeGreaterThan(3);
    expect(before.filter(isRunning)).toEqual([]);
    expect(own.processIds()).toEqual([]);
    expect(await work).toBeInstanceOf(Error);
    await expect(idle.query('select 1')).rejects.toThrow();

    await own.start();
    expect(await query(own.url, 'select number from kept')).toEqual([{ number: 1 }]);
  });

  it('shuts down fast on SIGINT, whoever is connected', async () => {
    const own = await start(false);
    await connect(own.url);
    await own.kill('SIGINT');
    await expect(connect(own.url)).rejects.toThrow('ECONNREFUSED');
    await own.start();
    expect(await query(own.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('answers nobody while it is frozen', async () => {
    const own = await start(false);
    const client = await connect(own.url);
    await own.pause();
    const answer = client.query('select 1 as one');
    const silence = new Promise((resolve) => setTimeout(resolve, 300, 'silence'));
    expect(await Promise.race([answer, silence])).toBe('silence');
    await own.resume();
    expect((await answer).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
});
