/** Each baseline as a process, on a PostgreSQL and a Redis of its own. In peace all three are right; what they lose otherwise is for the fault schedule, but for one example. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../ops/servers/postgres.ts';
import { startRedis } from '../../ops/servers/redis.ts';
import type { Attempt } from '../../src/history/attempt.ts';
import { readHttpAnswer } from '../../src/loadtest/answer.ts';
import { missing } from '../../test/setup/missing.ts';
import { stopProcess } from '../processes.ts';
import { type Baseline, startBaseline, USUAL_REDIS_SETTINGS } from './baseline.ts';
import { BASELINE_NAMES } from './design.ts';
import { findLosses } from './losses.ts';

const NO_LOSSES = { acknowledgedLost: 0, soldTwice: 0, oversold: 0, undersold: 0, toldTwoAnswers: 0, overLimit: 0 };

const postgres = await startPostgres({ durable: false });
const redis = await startRedis({ durable: false, settings: USUAL_REDIS_SETTINGS });
if (!postgres || !redis) missing('PostgreSQL or Redis', 'the tests of the baselines', 'install both or Docker');
const urls = { databaseUrl: postgres?.url ?? '', redisUrl: redis?.url ?? '' };

afterAll(async () => {
  await postgres?.stop();
  await redis?.stop();
});

/** One request and its answer, as the load test would keep it. */
async function ask(baseline: Baseline, kind: Attempt['kind'], dropId: string, user: number, requestId: string) {
  const sentAt = performance.now();
  const authorization = `Bearer ${user}`;
  const response =
    kind === 'claim'
      ? await fetch(`${baseline.url}/v1/drops/${dropId}/claims`, {
          method: 'POST',
          headers: { authorization, 'idempotency-key': requestId },
        })
      : await fetch(`${baseline.url}/v1/drops/${dropId}/claims/${requestId}`, { headers: { authorization } });
  const answer = readHttpAnswer(response.status, null, await response.text());
  const who = { userId: String(user), dropId, requestId, kind, transport: 'http' } as const;
  return { ...who, intendedAt: sentAt, sentAt, answeredAt: performance.now(), ...answer };
}

const requestIdOf = (user: number): string => `request-of-${user}`;

describe.skipIf(!postgres || !redis)('the baselines', () => {
  let baseline: Baseline;
  const claim = (dropId: string, user: number, requestId = requestIdOf(user)) =>
    ask(baseline, 'claim', dropId, user, requestId);
  const lookUp = (dropId: string, user: number, requestId = requestIdOf(user)) =>
    ask(baseline, 'lookup', dropId, user, requestId);
  const claimAll = (dropId: string, users: number, from = 1) =>
    Promise.all(Array.from({ length: users }, (_, index) => claim(dropId, from + index)));

  afterEach(() => baseline.stop());

  describe.each(BASELINE_NAMES)('%s', (name) => {
    beforeEach(async () => {
      baseline = await startBaseline(name, urls);
    });

    it('gives 50 units to 50 of 200 who press at once', async () => {
      const dropId = await baseline.createDrop(50, 1);
      const history = await claimAll(dropId, 200);
      const granted = history.filter(({ outcome }) => outcome === 'granted');
      expect(granted.map(({ serial }) => serial).sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      expect(history.filter(({ outcome, status }) => outcome === 'sold_out' && status === 409)).toHaveLength(150);

      const holdings = await baseline.settledHoldings(dropId);
      expect(holdings).toMatchObject({ stock: 50, granted: 50 });
      expect(holdings.grants).toHaveLength(50);
      expect(findLosses(history, holdings)).toEqual(NO_LOSSES);
    });

    it('gives one answer to a request, however often it comes, and finds it again', async () => {
      const dropId = await baseline.createDrop(10, 1);
      const copies = await Promise.all(Array.from({ length: 20 }, () => claim(dropId, 1)));
      const history = [...copies, await claim(dropId, 1), await lookUp(dropId, 1)];
      expect(new Set(history.map(({ grantId }) => grantId)).size).toBe(1);
      expect(history.at(-1)).toMatchObject({ status: 200, outcome: 'granted', serial: 1 });
      expect(await lookUp(dropId, 2)).toMatchObject({ status: 404, errorCode: 'claim_not_found' });
      expect(findLosses(history, await baseline.settledHoldings(dropId))).toEqual(NO_LOSSES);
    });

    it('gives nobody more than one may have', async () => {
      const dropId = await baseline.createDrop(100, 3);
      const presses = Array.from({ length: 20 }, (_, index) => claim(dropId, 1, `request-${index}`));
      const history = await Promise.all(presses);
      expect(history.filter(({ outcome }) => outcome === 'granted')).toHaveLength(3);
      expect(history.filter(({ outcome }) => outcome === 'limit_reached')).toHaveLength(17);
      expect(findLosses(history, await baseline.settledHoldings(dropId))).toEqual(NO_LOSSES);
    });

    it('is ready, and refuses what it cannot read', async () => {
      expect((await fetch(`${baseline.url}/readyz`)).status).toBe(200);
      expect(await claim('999999999', 1)).toMatchObject({ status: 404, errorCode: 'drop_not_found' });
      expect(await claim('1', 1, 'short')).toMatchObject({ status: 400, errorCode: 'invalid_request' });
      const nobody = await fetch(`${baseline.url}/v1/drops/1/claims`, { method: 'POST' });
      expect(nobody.status).toBe(401);
    });

    it('keeps what it told when it is killed and started again', async () => {
      const dropId = await baseline.createDrop(50, 1);
      const history = await claimAll(dropId, 30);
      baseline.process.kill('SIGKILL');
      await stopProcess(baseline.process);
      baseline = await startBaseline(name, urls);
      history.push(...(await claimAll(dropId, 100)));
      expect(history.filter(({ outcome }) => outcome === 'granted')).toHaveLength(30 + 50);
      expect(findLosses(history, await baseline.settledHoldings(dropId))).toEqual(NO_LOSSES);
    });
  });

  describe('redis-script', () => {
    it('writes before it ends', async () => {
      baseline = await startBaseline('redis-script', urls);
      const dropId = await baseline.createDrop(1_000, 1);
      await claimAll(dropId, 200);
      await baseline.stop();
      baseline = await startBaseline('for-update', urls);
      expect((await baseline.settledHoldings(dropId)).grants).toHaveLength(200);
    });

    it('loses what it told when Redis is killed before the database has it, and sells it again', async () => {
      baseline = await startBaseline('redis-script', urls);
      const dropId = await baseline.createDrop(10, 1);
      await postgres?.pause();
      // The writer hangs at the database with the first; it has not taken the others yet.
      const history = await claimAll(dropId, 1);
      await pause(300);
      history.push(...(await claimAll(dropId, 9, 2)));
      expect(history.every(({ outcome }) => outcome === 'granted')).toBe(true);
      await redis?.kill('SIGKILL');
      await redis?.start();
      await postgres?.resume();
      await expect.poll(async () => (await fetch(`${baseline.url}/readyz`)).status, { timeout: 10_000 }).toBe(200);
      history.push(...(await claimAll(dropId, 10, 11)));
      const losses = findLosses(history, await baseline.settledHoldings(dropId));
      // A batch may have been on its way to the database when Redis was killed.
      expect(losses.acknowledgedLost + losses.oversold).toBeGreaterThan(0);
      expect(losses.soldTwice).toBeGreaterThan(0);
    });
  });
});
