/** Whole runs against a server in memory, over both transports: a correct one, one with bad luck, and ones that lie. */
import { describe, expect, it, vi } from 'vitest';
import { FakeServer, type Fault, type Misbehaviour } from './fake-server.ts';
import { type Options, readOptions } from './options.ts';
import { isClean, writeReport } from './report.ts';
import { type RunResult, runSale } from './sale.ts';

vi.mock(import('./progress.ts'), () => ({ showProgress: () => ({ update: () => {}, stop: () => {} }) }));

async function play(line: string, ...gateways: readonly FakeServer[]): Promise<RunResult> {
  const urls = gateways.map(({ url }) => url.origin).join(',');
  const argv = `${line} --lead 4 --admin-password x --url ${urls}`.split(' ');
  try {
    return await runSale(readOptions(argv, {}) as Options, new AbortController().signal);
  } finally {
    for (const gateway of gateways.toReversed()) await gateway.close();
  }
}

/** Each request meets the same misfortune on its first sendings, and none afterwards. */
function badLuck(kinds: readonly Fault[]): Misbehaviour {
  return {
    fault: (requestId, sending) =>
      sending > 0 ? 'none' : (kinds[Number(requestId.split('-')[1]) % kinds.length] ?? 'none'),
  };
}

// They mostly wait: they do so at the same time.
describe.concurrent.each(['ws', 'http'])('a sale over %s', (transport) => {
  it('that goes well is clean, and its figures add up', async () => {
    const result = await play(
      `--transport ${transport} --users 40 --stock 25 --limit 2 --presses 2`,
      await FakeServer.start(),
    );
    expect(result.history).toEqual({ answers: 80, ledgerClaims: 80, violations: [] });
    expect(result.claims).toMatchObject({ claims: 80, granted: 25, unanswered: 0, sent: 80, retries: {}, errors: {} });
    expect(result.claims.refused.sold_out).toEqual({ ledger: 55, gate: 0 });
    expect(result.claims.latency?.count).toBe(80);
    expect(isClean(result)).toBe(true);
  });

  it('at two gateways is one sale, and each gateway gets half of the users', async () => {
    const claims = [0, 0];
    const counting = (gateway: number): Misbehaviour => ({
      fault: () => {
        claims[gateway] = (claims[gateway] ?? 0) + 1;
        return 'none';
      },
    });
    const first = await FakeServer.start(counting(0));
    const second = await FakeServer.start(counting(1), first);
    const result = await play(`--transport ${transport} --users 20 --stock 7`, first, second);
    expect(result.claims).toMatchObject({ claims: 20, granted: 7, unanswered: 0, errors: {} });
    expect(result.history.violations).toEqual([]);
    expect(claims).toEqual([10, 10]);
    expect(writeReport(result)).toContain('on 2 gateways');
  });

  it('at a rate takes turns until the time is over', async () => {
    const result = await play(
      `--transport ${transport} --users 10 --stock 5 --rate 50 --seconds 1 --arrivals even`,
      await FakeServer.start(),
    );
    expect(result.claims).toMatchObject({ claims: 50, granted: 5, errors: {} });
    expect(result.claims.refused.limit_reached.ledger + result.claims.refused.sold_out.ledger).toBe(45);
    expect(result.history.violations).toEqual([]);
  });

  it('survives drops, losses and busy servers, and every claim gets its one answer', async () => {
    const luck = badLuck(['none', 'busy', 'dropped', 'lost']);
    const result = await play(`--transport ${transport} --users 40 --stock 15`, await FakeServer.start(luck));
    expect(result.history.violations).toEqual([]);
    expect(result.claims).toMatchObject({ granted: 15, unanswered: 0, errors: {}, sent: 70 });
    expect(result.claims.retries).toEqual({ overloaded: 10, connection_lost: 20 });
  });

  it('waits for what is queued', async () => {
    const result = await play(
      `--transport ${transport} --users 20 --stock 8`,
      await FakeServer.start(badLuck(['none', 'queued'])),
    );
    expect(result.history.violations).toEqual([]);
    expect(result.claims).toMatchObject({ granted: 8, unanswered: 0, errors: {}, lookedUp: 0 });
    expect(result.claims.retries).toEqual(transport === 'http' ? { queued: 10 } : {});
  });

  it('asks at the end for what was never answered', async () => {
    const result = await play(
      `--transport ${transport} --users 6 --stock 3 --timeout 1`,
      await FakeServer.start({ fault: () => 'silent' }),
    );
    expect(result.claims).toMatchObject({ granted: 3, lookedUp: 6, unanswered: 0, errors: {}, latency: null });
    expect(result.history.violations).toEqual([]);
    expect(writeReport(result)).toContain('learnt only by asking again');
  });

  it('sends each request as often as told, and gets one unit for it', async () => {
    const result = await play(`--transport ${transport} --users 10 --stock 8 --repeat 3`, await FakeServer.start());
    expect(result.claims).toMatchObject({ claims: 10, granted: 8, sent: 30 });
    expect(result.history).toEqual({ answers: 30, ledgerClaims: 10, violations: [] });
  });

  it('counts a failing server as an error, and a claim that nobody took as without outcome', async () => {
    const result = await play(
      `--transport ${transport} --users 2 --stock 1 --timeout 1`,
      await FakeServer.start({ fault: () => 'failed' }),
    );
    expect(result.claims).toMatchObject({ granted: 0, unanswered: 2, errors: { internal: 2, no_answer: 2 } });
    expect(result.history.violations.map((violation) => violation.rule)).toEqual(['undersold', 'undersold']);
    expect(isClean(result)).toBe(false);
  });

  it.each([
    ['oversells', 'oversold'],
    ['forgets', 'lost_grant'],
  ] as const)('finds out a ledger that %s', async (lie, rule) => {
    const result = await play(`--transport ${transport} --users 10 --stock 5`, await FakeServer.start({ lie }));
    expect(result.history.violations.map((violation) => violation.rule)).toContain(rule);
    expect(isClean(result)).toBe(false);
    expect(writeReport(result)).toContain(`VIOLATIONS`);
  });
});

describe('a sale that cannot begin', () => {
  it('says what to do about a server without bulk accounts', async () => {
    await expect(play('--users 2', await FakeServer.start({ withoutLoadtest: true }))).rejects.toThrow(
      'start that server with LOADTEST_ENABLED=true',
    );
  });
});

describe('a server that is not there', () => {
  it('is named', async () => {
    const gone = await FakeServer.start();
    await gone.close();
    const argv = ['--admin-password', 'x', '--url', gone.url.origin];
    const sale = runSale(readOptions(argv, {}) as Options, new AbortController().signal);
    await expect(sale).rejects.toThrow(`no answer from ${gone.url.origin}/v1/sessions`);
  });
});

describe('rubbish instead of an answer', () => {
  it('over http is an error of the connection, and the claim is asked for', async () => {
    const result = await play(
      '--transport http --users 4 --stock 4',
      await FakeServer.start(badLuck(['rubbish', 'none'])),
    );
    expect(result.claims).toMatchObject({ granted: 4, lookedUp: 2, errors: { malformed_response: 2 } });
  });

  it('over ws is an error of the socket, and the claim is asked for', async () => {
    const result = await play(
      '--transport ws --users 4 --stock 4 --timeout 1',
      await FakeServer.start(badLuck(['rubbish', 'none'])),
    );
    expect(result.claims).toMatchObject({ granted: 4, lookedUp: 2, errors: { 'socket unreadable_answer': 2 } });
  });
});
