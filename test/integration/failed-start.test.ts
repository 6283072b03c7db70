/** A start that fails after the connections are open ends the process, so that whoever watches it can start it again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { hasRedis, redisUrl } from '../servers/redis.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const ENDS_WITHIN_MS = 28_000;

describe.skipIf(!hasPostgres || !hasRedis)('a start that fails', () => {
  const fresh = useFreshDatabase();

  it('ends the process, though Redis is connected', async () => {
    const child = spawn(process.execPath, [MAIN, 'serve', '--roles', 'gateway'], {
      env: {
        ...process.env,
        DATABASE_URL: fresh.url,
        REDIS_URL: redisUrl(),
        // No folder can be made there, and so no secret: the gateway fails when everything else is up.
        DATA_DIR: '/dev/null/data',
        JWT_SECRET: '',
        PORT: '0',
      },
      stdio: 'ignore',
    });
    const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
    const [code, signal] = await once(child, 'exit');
    clearTimeout(late);
    expect([code, signal]).toEqual([1, null]);
  });
});
