import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Type } from '@fastify/type-provider-typebox';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createServer, type Server } from './server.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function start(trustProxy = 0): Promise<Server> {
  server = await createServer({ trustProxy, httpsRequired: false, tls: null }, pino({ level: 'silent' }));
  server.get('/who', (request) => ({ address: request.ip, protocol: request.protocol }));
  server.post('/echo', (request) => ({ body: request.body ?? null }));
  return server;
}

describe('the address of a client', () => {
  const headers = { 'x-forwarded-for': 'forged, real, proxy', 'x-forwarded-proto': 'https' };

  it.each([
    [0, '127.0.0.1', 'http'],
    [1, 'proxy', 'https'],
    [2, 'real', 'https'],
  ])('behind %i proxies is %s', async (proxies, address, protocol) => {
    const answer = await (await start(proxies)).inject({ url: '/who', headers });
    expect(answer.json()).toEqual({ address, protocol });
  });
});

describe('a body', () => {
  const send = async (payload: string) =>
    (await start()).inject({ method: 'POST', url: '/echo', headers: { 'content-type': 'application/json' }, payload });

  it.each(['application/json', 'application/x-www-form-urlencoded'])(
    'that is empty is none, also as %s',
    async (type) => {
      const headers = { 'content-type': type, 'content-length': '0' };
      const answer = await (await start()).inject({ method: 'POST', url: '/echo', headers, payload: '' });
      expect(answer.json()).toEqual({ body: null });
    },
  );

  it.each([
    ['{"a":[{"b":"x\\u0000"}],"c":"\\u00e9"}', 'a.0.b'],
    ['{"half":"\\ud83d"}', 'half'],
    ['"\\u0000"', 'body'],
  ])('with what cannot be stored is refused: %s', async (payload, field) => {
    const answer = await send(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] });
  });

  it('may have every other character, escaped or not', async () => {
    expect((await send('{"a":"\\ud83d\\ude00 \\\\u0000 é"}')).json()).toEqual({ body: { a: '😀 \\u0000 é' } });
  });

  it.each(['{', '{"__proto__":{}}', `${'['.repeat(30_000)}"\\u0000"${']'.repeat(30_000)}`])(
    'that cannot be read is a mistake of the client',
    async (payload) => {
      const answer = await send(payload);
      expect(answer.statusCode).toBe(400);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    },
  );
});

it('a query with what no text can hold is refused', async () => {
  const running = await start();
  const querystring = Type.Object({ username: Type.Optional(Type.String()), limit: Type.Integer({ default: 50 }) });
  running.get('/list', { schema: { querystring } }, (request) => request.query);
  const refused = await running.inject({ url: '/list?username=a%00b' });
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'username' }] });
  expect((await running.inject({ url: '/list?limit=7&username=%EA%B0%80' })).json()).toEqual({
    limit: 7,
    username: '가',
  });
  expect((await running.inject({ url: '/list' })).json()).toEqual({ limit: 50 });
  expect((await running.inject({ url: '/list?limit=x' })).json()).toMatchObject({ errors: [{ field: 'limit' }] });
});

it.each(['/%zz', '/who/%', `/${'%zz'.repeat(100)}`])('a path that cannot be read is a problem: %s', async (url) => {
  const answer = await (await start()).inject({ url });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'url' }] });
});

it('who still asks on a busy connection while the server closes is answered as always', async () => {
  const closing = await start();
  const { promise: asked, resolve: beginsToAnswer } = Promise.withResolvers<void>();
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const { promise: askedAgain, resolve: isAskedAgain } = Promise.withResolvers<void>();
  closing.addHook('onRequest', async ({ url }) => {
    if (url === '/who') isAskedAgain();
  });
  closing.get('/slow', async () => {
    beginsToAnswer();
    await finished;
    return {};
  });
  await closing.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((closing.server.address() as AddressInfo).port, '127.0.0.1');
  let answers = '';
  socket.on('data', (chunk) => {
    answers += chunk;
  });
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
  await asked;
  const closed = closing.close();
  socket.write('GET /who HTTP/1.1\r\nhost: x\r\n\r\n');
  await askedAgain;
  finish();
  await once(socket, 'close');
  await closed;
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
});
