import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalServer } from './local-server.ts';
import { findRedis, startRedis } from './redis.ts';

/** Sends lines, as with telnet, signed in or not, and returns all that comes back. */
function say(url: string, lines: readonly string[], isSignedIn = true): Promise<string> {
  const { port, password } = new URL(url);
  const all = [...(isSignedIn ? [`AUTH ${password}`] : []), ...lines, 'QUIT'];
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(all.map((line) => `${line}\r\n`).join('')));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

describe.skipIf(!findRedis())('a Redis of our own', () => {
  let server: LocalServer | undefined;
  afterEach(() => server?.stop());

  async function start(durable: boolean, settings?: Record<string, string>): Promise<LocalServer> {
    server = await startRedis({ durable, ...(settings && { settings }) });
    if (!server) throw new Error('there is no Redis');
    return server;
  }

  it('answers who knows the password', async () => {
    const { url } = await start(false, { maxclients: '17' });
    expect(await say(url, ['PING', 'CONFIG GET maxclients'])).toBe(
      '+OK\r\n+PONG\r\n*2\r\n$10\r\nmaxclients\r\n$2\r\n17\r\n+OK\r\n',
    );
    expect(await say(url, ['PING'], false)).toMatch(/^-NOAUTH/);
  });

  it('keeps what it acknowledged through a SIGKILL, if durable', async () => {
    const own = await start(true);
    expect(await say(own.url, ['SET kept 1'])).toBe('+OK\r\n+OK\r\n+OK\r\n');
    await own.kill('SIGKILL');
    expect(own.processIds()).toEqual([]);
    await expect(say(own.url, [])).rejects.toThrow('ECONNREFUSED');
    await own.start();
    expect(await say(own.url, ['GET kept'])).toBe('+OK\r\n$1\r\n1\r\n+OK\r\n');
  });

  it('comes back empty otherwise', async () => {
    const own = await start(false);
    await say(own.url, ['SET lost 1']);
    await own.kill('SIGTERM');
    await own.start();
    expect(await say(own.url, ['GET lost'])).toBe('+OK\r\n$-1\r\n+OK\r\n');
    await own.stop();
    await expect(own.start()).rejects.toThrow('its data is gone');
  });
});
