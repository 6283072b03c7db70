import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { findNginx } from '../servers/nginx.ts';
import { isCi } from '../servers/packages.ts';
import { type Answer, FakeShop } from './fake-gateways.ts';
import { shopConfig } from './shop-config.ts';

describe.skipIf(!findNginx() && !isCi)('nginx before the gateways', () => {
  let shop: FakeShop | undefined;
  afterEach(() => shop?.stop());

  async function start(answer: Answer): Promise<FakeShop> {
    shop = await FakeShop.start(answer);
    return shop;
  }
  const welcome: Answer = (_request, response) => response.end('welcome');
  /** The first request breaks off, through whichever gateway it comes; all others are answered. */
  function breakingOnce(): Answer {
    let broken = false;
    return (asked, response) => {
      if (broken) response.end('welcome');
      else asked.socket.destroy();
      broken = true;
    };
  }
  const post = (path: string) => fetch(`${shop?.url}${path}`, { method: 'POST' });

  it('tells the client’s address and protocol itself: what the client wrote does not get through', async () => {
    const { url, asked } = await start(welcome);
    await fetch(`${url}/v1/drops`, {
      headers: {
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'elsewhere',
        forwarded: 'for=1.2.3.4',
      },
    });
    expect(asked[0]?.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
    expect(asked[0]?.headers).not.toHaveProperty('x-forwarded-host');
    expect(asked[0]?.headers).not.toHaveProperty('forwarded');
  });

  it('keeps its connections to the gateways', async () => {
    const { url, asked } = await start(welcome);
    for (let time = 0; time < 4; time += 1) await (await fetch(`${url}/`)).text();
    expect(new Set(asked.map(({ socket }) => socket.remotePort)).size).toBe(2);
  });

  it('carries sockets, and no other upgrade', async () => {
    const { url, asked } = await start(welcome);
    const webSocket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket?page=1`);
    const heard = new Promise((resolve) => webSocket.once('message', (data) => resolve(String(data))));
    webSocket.once('open', () => webSocket.send('hello'));
    expect(await heard).toBe('heard hello');
    webSocket.terminate();
    expect(asked[0]?.headers).toMatchObject({ upgrade: 'websocket', 'x-forwarded-for': '127.0.0.1' });

    await new Promise((resolve) => {
      const headers = { connection: 'Upgrade', upgrade: 'h2c' };
      request(`${url}/v1/drops`, { headers }, (response) => response.resume().on('end', resolve)).end();
    });
    expect(asked[1]?.headers).not.toHaveProperty('upgrade');
  });

  it('sends a claim that broke off to another gateway', async () => {
    const { asked } = await start(breakingOnce());
    expect(await (await post('/v1/drops/7/claims')).text()).toBe('welcome');
    expect(asked).toHaveLength(2);
  });

  it('sends nothing else twice that may have been done, and says so in the words of the API', async () => {
    const { asked } = await start(breakingOnce());
    const answer = await post('/v1/accounts');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await answer.json()).toMatchObject({ status: 503, code: 'shutting_down' });
    expect(asked).toHaveLength(1);
  });

  it('goes past a gateway that is away, with everything', async () => {
    const started = await start(welcome);
    await started.stopGateway(0);
    for (let time = 0; time < 6; time += 1) expect((await post('/v1/accounts')).status).toBe(200);
    expect(started.asked).toHaveLength(6);
    await started.stopGateway(1);
    expect((await fetch(started.url)).status).toBe(503);
  });

  it('looks for the files of a page at all gateways: another version may have them', async () => {
    let time = 0;
    const { url, asked } = await start((_request, response) => {
      time += 1;
      response.writeHead(time === 1 ? 404 : 200).end();
    });
    expect((await fetch(`${url}/assets/index-old.js`)).status).toBe(200);
    expect(asked).toHaveLength(2);
    time = 0;
    expect((await fetch(`${url}/v1/drops/9`)).status).toBe(404);
  });

  it.each(['/metrics', '/metrics?x', '//metrics', '/%6detrics', '/v1/../metrics'])('does not show %s', async (path) => {
    const { url, asked } = await start(welcome);
    const status = await new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      // Not by `fetch`, which would tidy the path up.
      request({ hostname, port, path }, (response) => resolve(response.resume().statusCode)).end();
    });
    expect(status).toBe(404);
    expect(asked).toEqual([]);
  });

  it('finds nothing wrong with the frame that containers use', () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorbuster-nginx-conf-'));
    try {
      const shopFile = join(folder, 'shop.conf');
      writeFileSync(shopFile, shopConfig({ listen: ['127.0.0.1:8080'], gateways: ['127.0.0.1:8081'] }));
      const frame = readFileSync(new URL('nginx.conf', import.meta.url), 'utf8')
        .replace('/etc/nginx/conf.d/shop.conf', shopFile)
        .replace('/run/nginx.pid', join(folder, 'nginx.pid'));
      writeFileSync(join(folder, 'nginx.conf'), frame);
      const test = ['-t', '-q', '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
      execFileSync(findNginx() ?? '', test, { encoding: 'utf8', stdio: 'pipe' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
