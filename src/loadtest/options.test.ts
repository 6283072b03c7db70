import { describe, expect, it } from 'vitest';
import { type Options, readOptions } from './options.ts';

function read(line: string, environment: Record<string, string> = {}): Options {
  const options = readOptions(line.split(' ').filter(Boolean), environment);
  if ('help' in options) throw new Error('help was not asked for');
  return options;
}

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(read('')).toMatchObject({
      users: 1000,
      stock: 100,
      perUserLimit: 1,
      transport: 'ws',
      repeat: 1,
      watch: true,
      urls: [],
    });
    expect(read('').load).toEqual({ mode: 'at-once', presses: 1 });
  });

  it('reads a spike', () => {
    const options = read(
      '--users 10000 --stock 1000 --at-once --presses 3 --limit 2 --transport http --no-watch --seed 9',
    );
    expect(options).toMatchObject({
      users: 10_000,
      stock: 1000,
      perUserLimit: 2,
      transport: 'http',
      watch: false,
      seed: 9,
    });
    expect(options.load).toEqual({ mode: 'at-once', presses: 3 });
  });

  it('reads a rate', () => {
    expect(read('--rate 500 --seconds 20').load).toEqual({
      mode: 'rate',
      perSecond: 500,
      seconds: 20,
      arrivals: 'poisson',
    });
    expect(read('--rate 500 --seconds 20 --arrivals even').load).toMatchObject({ arrivals: 'even' });
  });

  it('takes the administrator from the environment, the command line first', () => {
    const environment = { ADMIN_USERNAME: 'root', ADMIN_PASSWORD: 'from-environment' };
    expect(read('--url http://localhost:8080', environment).admin).toEqual({
      login: 'root',
      password: 'from-environment',
    });
    expect(read('--admin-password given', environment).admin.password).toBe('given');
  });

  it('takes several gateways of one shop', () => {
    const { urls } = read('--url http://127.0.0.1:8081,http://127.0.0.1:8082 --admin-password x');
    expect(urls.map(({ origin }) => origin)).toEqual(['http://127.0.0.1:8081', 'http://127.0.0.1:8082']);
  });

  it('reads a whole sale: a product, with a default for everything', () => {
    expect(read('').wholeSale).toBeNull();
    expect(read('--whole-sale')).toMatchObject({ users: 1000, stock: 200, kind: 'product', transport: 'ws' });
    expect(read('--whole-sale').wholeSale).toEqual({
      ...{ holdSeconds: 8, pay: 60, giveBack: 20, join: 80, leave: 10, declined: 15, late: 10, withinSeconds: 180 },
    });
    const own = read('--whole-sale --stock 5 --hold 6 --pay 30 --give-back 70 --join 100 --leave 0 --within 60');
    expect(own).toMatchObject({
      stock: 5,
      wholeSale: { holdSeconds: 6, pay: 30, giveBack: 70, join: 100, leave: 0, withinSeconds: 60 },
    });
  });

  it('helps', () => {
    expect(readOptions(['--help'], {})).toHaveProperty('help', expect.stringContaining('--at-once'));
  });
});

describe('a wrong command line', () => {
  it.each([
    ['--users 0', '--users must be a whole number from 1'],
    ['--stock many', '--stock must be a whole number'],
    ['--limit 1.5', '--limit must be a whole number'],
    ['--transport carrier-pigeon', '--transport must be ws or http'],
    ['--rate 10', '--seconds must be a whole number'],
    ['--seconds 10', '--rate must be a whole number'],
    ['--rate 10 --seconds 1 --at-once', 'exclude each other'],
    ['--rate 10 --seconds 1 --presses 2', '--presses belongs to --at-once'],
    ['--arrivals even', '--arrivals belongs to --rate'],
    ['--users 18001', 'one process can open 18000'],
    ['--url http://127.0.0.1:1', 'needs the administrator’s password'],
    ['--url https://127.0.0.1:1 --admin-password x', 'must look like http://127.0.0.1:8080'],
    ['--url http://example.org --admin-password x', 'set LOADTEST_REMOTE=1'],
    ['--url http://127.0.0.1:1,http://example.org --admin-password x', 'http://example.org is another machine'],
    ['--url http://127.0.0.1:1,nonsense --admin-password x', 'must look like http://127.0.0.1:8080, not "nonsense"'],
    ['--lead soon', '--lead must be seconds from 0.1'],
    ['--timeout 0', '--timeout must be seconds from 0.1'],
    ['--hold 8', '--hold belongs to --whole-sale'],
    ['--give-back 8', '--give-back belongs to --whole-sale'],
    ['--whole-sale --hold 2', '--hold must be a whole number from 3'],
    ['--whole-sale --pay 101', '--pay must be a whole number from 0 to 100'],
    ['--whole-sale --pay 60 --give-back 50', '--pay and --give-back are shares of the same winners'],
    ['--whole-sale --late 60 --declined 50', '--declined and --late are shares of the same buyers'],
    ['--whole-sale --kind coupon', 'leave --kind away'],
    ['--whole-sale --transport http', 'leave --transport away'],
    ['--whole-sale --rate 5 --seconds 5', 'leave --rate, --presses and --repeat away'],
    ['--whole-sale --repeat 2', 'leave --rate, --presses and --repeat away'],
    ['--whole-sale --users 9001', 'use at most 9000'],
    ['--colour', 'colour'],
    ['stray', 'stray'],
  ])('%s: %s', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it('is told all its mistakes at once', () => {
    expect(() => read('--users 0 --stock 0')).toThrow(/--users.*--stock/s);
  });
});

describe('what looks wrong but is right', () => {
  it('another machine, with its owner’s leave', () => {
    const { urls } = read('--url http://10.0.0.5:8080 --admin-password x', { LOADTEST_REMOTE: '1' });
    expect(urls[0]?.hostname).toBe('10.0.0.5');
  });

  it('more users than connections, over http', () => {
    expect(read('--users 100000 --transport http').users).toBe(100_000);
  });
});
