/** Limits per address, for people who have 2^64 addresses: theirs count as one, over HTTP, sockets and event streams. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RunningApp } from './running-app.ts';

const HOME = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:2:3:4:5:6'] as const;
const NEIGHBOUR = '2001:db8:1:3::1';

describe('one connection with many addresses', () => {
  let running: RunningApp;
  beforeAll(async () => {
    running = await RunningApp.start({
      TRUST_PROXY: '1',
      SIGN_UPS_PER_ADDRESS_PER_HOUR: '1',
      SOCKETS_PER_ADDRESS_MAX: '2',
      REQUESTS_PER_ADDRESS_PER_SECOND: '5',
    });
  });
  afterAll(() => running.app.close());

  const from = (address: string) => ({ 'x-forwarded-for': address });

  it('signs up as often as one address may', async () => {
    const signUp = async (username: string, address: string) => {
      const body = { username, email: `${username}@example.com`, password: 'long enough a password' };
      return (await running.call('POST', '/v1/accounts', { body, headers: from(address) })).status;
    };
    expect(await signUp('first', HOME[0])).toBe(201);
    expect(await signUp('second', HOME[1])).toBe(429);
    expect(await signUp('neighbour', NEIGHBOUR)).toBe(201);
  });

  it('asks as often as one address may', async () => {
    const ask = async (address: string) => (await running.call('GET', '/v1/drops', { headers: from(address) })).status;
    const own = await Promise.all(Array.from({ length: 60 }, (_, host) => ask(`2001:db8:7:7::${host.toString(16)}`)));
    expect(own).toContain(429);
    expect(await ask(NEIGHBOUR)).toBe(200);
  });

  it('has as many sockets and streams as one address may', async () => {
    const sockets = HOME.map((address) => new WebSocket(`${running.url}/v1/socket`, { headers: from(address) }));
    const closes: number[] = [];
    for (const socket of sockets) socket.on('close', (code) => closes.push(code));
    await expect.poll(() => closes).toEqual([1013]);
    const stream = async (address: string) => {
      const abort = new AbortController();
      const response = await fetch(`${running.url}/v1/events`, { headers: from(address), signal: abort.signal });
      const first = await response.body?.getReader().read();
      abort.abort();
      return Buffer.from(first?.value ?? []).toString();
    };
    expect(await stream('2001:db8:1:2::9')).toContain('1013');
    expect(await stream(NEIGHBOUR)).toContain('welcome');
    for (const socket of sockets) socket.close();
  });
});
