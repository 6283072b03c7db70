import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

const server = (settings: object, only: readonly string[] | null = null) => ({ side: 'server', only, settings });

describe('the options', () => {
  it.each([
    [
      ['--server', 'http://a:8080', '--admin', 'admin:with:colons'],
      server({
        ...{ servers: ['http://a:8080'], admin: { login: 'admin', password: 'with:colons' }, tokenSeconds: null },
        ...{
          messagesPerSecond: 100,
          unsentBytes: 1_048_576,
          socketsPerUser: 20,
          socketsPerAddress: null,
          restart: null,
        },
      }),
    ],
    [
      ['--server', 'http://a/', '--server', 'https://b', '--admin', 'a:b', '--token-seconds', '5', '--only', 'S4, S9'],
      server({ servers: ['http://a', 'https://b'], tokenSeconds: 5 }, ['S4', 'S9']),
    ],
    [['--client', 'node my-client.js'], { side: 'client', command: 'node my-client.js', only: null }],
  ])('%j', (line, wanted) => {
    expect(readOptions(line)).toMatchObject(wanted);
  });

  it('take the administrator from the environment, too', () => {
    const options = readOptions(['--server', 'http://a'], { CONFORMANCE_ADMIN: 'admin:secret' });
    expect(options).toMatchObject(server({ admin: { login: 'admin', password: 'secret' } }));
  });

  it.each([
    [],
    ['--server', 'http://a'],
    ['--server', 'ws://a', '--admin', 'a:b'],
    ['--server', 'http://a', '--client', 'b', '--admin', 'a:b'],
    ['--client', 'a', '--only', 'everything'],
    ['--server', 'http://a', '--admin', 'a:b', '--token-seconds', 'few'],
  ])('refuse %j %j %j %j', (...line) => {
    expect(() => readOptions(line)).toThrow();
  });
});
