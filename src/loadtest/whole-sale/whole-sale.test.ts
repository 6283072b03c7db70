/** Whole sales against a server in memory, in a tenth of the time: one that goes well, one with bad luck, and ones that lie. */
import { describe, expect, it, vi } from 'vitest';
import { FakeServer, type Misbehaviour } from '../fake-server.ts';
import { type Options, readOptions } from '../options.ts';
import { isClean, writeReport } from '../report.ts';
import { type RunResult, runSale } from '../sale.ts';
import type { WholeSaleFigures } from './figures.ts';

vi.mock(import('../progress.ts'), () => ({ showProgress: () => ({ update: () => {}, stop: () => {} }) }));

const HOLD_SECONDS = 0.5;

const start = (misbehaviour: Misbehaviour = {}): Promise<FakeServer> => FakeServer.start(misbehaviour);

/** The gateways are closed after it. */
async function play(line: string, ...gateways: readonly FakeServer[]): Promise<RunResult & { sale: WholeSaleFigures }> {
  const urls = gateways.map(({ url }) => url.origin).join(',');
  const argv = `--whole-sale ${line} --lead 4 --admin-password x --url ${urls}`.split(' ').filter(Boolean);
  const options = readOptions(argv, {}) as Options;
  const { wholeSale } = options;
  if (wholeSale === null) throw new Error('no whole sale was asked for');
  const quick = { ...options, wholeSale: { ...wholeSale, holdSeconds: HOLD_SECONDS } };
  const result = await runSale(quick, new AbortController().signal).finally(() => close(gateways));
  if (result.wholeSale === null) throw new Error('there are no figures of the whole sale');
  return { ...result, sale: result.wholeSale };
}

async function close(gateways: readonly FakeServer[]): Promise<void> {
  for (const gateway of gateways.toReversed()) await gateway.close();
}

const total = (counts: Readonly<{ [name: string]: number }>) =>
  Object.values(counts).reduce((sum, one) => sum + one, 0);

// They mostly wait: they do so at the same time.
describe.concurrent('a whole sale', () => {
  it('goes on until every unit is sold, and its figures add up', async () => {
    const result = await play('--users 60 --stock 12 --late 20 --declined 20', await start());
    const { sale, claims, history } = result;
    expect(history.violations).toEqual([]);
    expect(claims.errors).toEqual({});
    expect(sale).toMatchObject({ end: 'sold', sold: 12, unsold: 0, untoldOffers: [], failures: [] });
    expect(sale.people.bought).toBe(12);
    expect(total(sale.people)).toBe(60);
    expect(sale.offered).toBe(total(sale.slots) - 12);
    expect(sale.slots['returned']).toBe(sale.people['gave back']);
    expect(sale.offerAfterGiveBack?.count).toBe(sale.offerSinceGiveBackSent?.count);
    expect((sale.offerAfterGiveBack?.count ?? 0) + (sale.offerAfterHold?.count ?? 0)).toBe(sale.offered);
    expect(sale.payments['succeeded']?.count).toBe(12);
    expect(sale.paymentStates['succeeded']).toBe(12);
    expect(sale.charges.taken - sale.charges.givenBack).toBe(12);
    expect(sale.allSoldAfterMs).toBeGreaterThan(0);
    expect(isClean(result)).toBe(true);
    const report = writeReport(result);
    expect(report).toContain('all 12 units sold');
    expect(report).toContain('slots held for 0.5 s');
    expect(report).toContain('offer after a hold’s end');
  });

  it('survives busy gateways and lost connections: each call has its one effect', async () => {
    const unlucky = await start({
      callFault: (call, sending) =>
        sending > 0 || call.startsWith('GET') ? 'none' : call.length % 2 ? 'lost' : 'busy',
    });
    const result = await play('--users 40 --stock 8', unlucky);
    expect(result.history.violations).toEqual([]);
    expect(result.claims.errors).toEqual({});
    expect(result.sale).toMatchObject({ end: 'sold', sold: 8, failures: [] });
    expect(Object.keys(result.claims.retries).length).toBeGreaterThan(0);
  });

  it('at two gateways is one sale', async () => {
    const first = await start();
    const second = await FakeServer.start({}, first);
    const { history, sale } = await play('--users 40 --stock 8', first, second);
    expect(history.violations).toEqual([]);
    expect(sale).toMatchObject({ end: 'sold', sold: 8, failures: [] });
  });

  it('goes on when sockets are lost: what was said meanwhile is asked for', async () => {
    const flaky = await start();
    const dropping = setInterval(() => flaky.dropSockets(), 400);
    try {
      const result = await play('--users 30 --stock 6', flaky);
      expect(result.history.violations).toEqual([]);
      expect(result.sale).toMatchObject({ end: 'sold', sold: 6, failures: [] });
      expect(result.sockets.lostByCloseCode['1006']).toBeGreaterThan(0);
    } finally {
      clearInterval(dropping);
    }
  });

  it('ends well with units left when nobody wants them', async () => {
    const result = await play('--users 20 --stock 10 --join 0 --pay 50 --give-back 50', await start());
    expect(result.sale).toMatchObject({ end: 'settled', failures: [], allSoldAfterMs: null });
    expect(result.sale.unsold).toBe(result.sale.people['gave back']);
    expect(isClean(result)).toBe(true);
    expect(writeReport(result)).toContain('left, and nobody waits for them any more');
  });

  it('has nobody let go for ever: even people who never pay do in the end', async () => {
    const { sale } = await play('--users 60 --stock 4 --pay 0 --give-back 100 --join 100 --leave 0', await start());
    expect(sale).toMatchObject({ end: 'sold', sold: 4 });
  });
});

describe.concurrent('a whole sale fails', () => {
  it('when units that come back are offered to nobody', async () => {
    const result = await play('--users 20 --stock 5 --pay 40 --leave 0 --late 0', await start({ lie: 'stalls' }));
    expect(result.sale.end).toBe('stuck');
    expect(result.sale.failures).toEqual([
      expect.stringMatching(/\d units were left that people wanted: \d+ waited in vain/),
    ]);
    expect(isClean(result)).toBe(false);
    expect(writeReport(result)).toContain('and nothing moved any more');
  });

  it('when an offer is not told', async () => {
    const result = await play(
      '--users 20 --stock 5 --pay 0 --give-back 100 --leave 0',
      await start({ lie: 'whispers' }),
    );
    expect(result.sale.untoldOffers.length).toBeGreaterThan(0);
    expect(result.sale.failures.join()).toContain('offers were never told to whom they were made: 7-');
    expect(isClean(result)).toBe(false);
  });

  it.each([
    ['a payment has succeeded and the slot is not confirmed', 'unsells', '--pay 100 --give-back 0'],
    ['a slot was given back and is not', 'takes back', '--pay 0 --give-back 100 --join 0'],
  ] as const)('when somebody was told that %s', async (_what, lie, shares) => {
    const result = await play(`--users 10 --stock 3 ${shares}`, await start({ lie }));
    expect(result.history.violations.map(({ rule }) => rule)).toContain('lost_ending');
    expect(isClean(result)).toBe(false);
  });

  it('when the time is over', async () => {
    const line = '--users 10 --stock 3 --pay 0 --give-back 0 --within 1 --join 100 --leave 0';
    const result = await play(line, await start());
    expect(result.sale.end).toBe('late');
    expect(result.sale.failures).toEqual([expect.stringContaining('give it more with --within')]);
    expect(isClean(result)).toBe(false);
  });

  it('before it begins, when the server has no sandbox', async () => {
    const poor = await start();
    poor.lives.answer = () => undefined;
    await expect(play('--users 2', poor)).rejects.toThrow('it is too old for --whole-sale');
  });
});
