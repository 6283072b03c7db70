import { afterEach, describe, expect, it } from 'vitest';
import type { LocalServer } from './local-server.ts';
import { findNginx, startNginx } from './nginx.ts';
import { isRunning } from './process-tree.ts';

describe.skipIf(!findNginx())('an nginx of our own', () => {
  let server: LocalServer | undefined;
  afterEach(() => server?.stop());

  it('serves what it was told to, again after a SIGKILL, and says what is wrong with a configuration', async () => {
    const config = (port: number): string => `server { listen 127.0.0.1:${port}; return 200 'welcome'; }`;
    server = await startNginx({ config, workers: 2 });
    if (!server) throw new Error('there is no nginx');
    const { url } = server;
    expect(await (await fetch(url)).text()).toBe('welcome');

    const before = server.processIds();
    expect(before).toHaveLength(3);
    await server.kill('SIGKILL');
    expect(before.filter(isRunning)).toEqual([]);
    await server.start();
    expect(await (await fetch(url)).text()).toBe('welcome');

    await expect(startNginx({ config: () => 'nonsense;' })).rejects.toThrow('unknown directive "nonsense"');
  });
});
