/** The suite on a shop in memory: a right one passes everything, and each spoilt one is found by the cases of the rule that it breaks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from './case.ts';
import { SERVER_CASES } from './server/cases.ts';
import type { ServerSettings } from './server/settings.ts';
import { tryServer } from './server/suite.ts';
import { SERVER_FAULTS, type Spoilt } from './spoilt/faults.ts';
import { type ShopTimes, SpoiltShop } from './spoilt/shop.ts';

const TIMES: ShopTimes = {
  tokenSeconds: 6,
  heartbeatSeconds: 1,
  // Long enough for 150 sockets to open on a busy machine.
  authenticateMs: 3_000,
  streamPongMs: 1_000,
  keptMessages: 40,
  messagesPerSecond: 1_000,
  unsentBytes: 64 * 1024,
  socketsPerUser: 6,
  socketsPerAddress: 150,
};

async function tryShop(spoilt: Spoilt, rule: string | null): Promise<Result[]> {
  const shop = await SpoiltShop.start(2, TIMES, spoilt);
  const restart = `"${process.execPath}" -e "fetch('${shop.urls[0]}/restart', { method: 'POST' })"`;
  const settings: ServerSettings = {
    servers: shop.urls,
    admin: { login: 'admin', password: 'the administrator' },
    tokenSeconds: TIMES.tokenSeconds,
    messagesPerSecond: TIMES.messagesPerSecond,
    unsentBytes: TIMES.unsentBytes,
    socketsPerUser: TIMES.socketsPerUser,
    socketsPerAddress: TIMES.socketsPerAddress,
    restart,
    times: TIMES,
  };
  try {
    const cases = SERVER_CASES.filter((one) => rule === null || one.rule === rule);
    return await tryServer(settings, { cases, isTriedTwice: rule === null });
  } finally {
    shop.close();
  }
}

const failures = (results: readonly Result[] | undefined) => results?.filter(({ state }) => state === 'failed');

describe('the cases for servers', () => {
  it('pass on a shop that keeps to the rules, all of them', { timeout: 120_000 }, async () => {
    expect((await tryShop(null, null)).filter(({ state }) => state !== 'passed')).toEqual([]);
  });

  describe('find that', () => {
    const found = new Map<string, Result[]>();
    // They mostly wait: a few at a time.
    beforeAll(async () => {
      const waiting = [...SERVER_FAULTS];
      const lane = async (): Promise<void> => {
        for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift())
          found.set(fault[1], await tryShop(fault[1], fault[0]));
      };
      await Promise.all(Array.from({ length: 8 }, lane));
    }, 180_000);
    afterAll(() => found.clear());

    it.each(SERVER_FAULTS)('%s: %s', (_, fault) => {
      expect(failures(found.get(fault))).not.toEqual([]);
    });
  });
});
