/** Two drops for the first start, so that there is something to press: one open now, one that opens in a minute. */
import type { Database } from '../database/database.ts';
import { createDrop, hasDrops } from './store.ts';
import { newTerms } from './terms.ts';

const MINUTE_MS = 60_000;

/** Does nothing once there is any drop. */
export async function createDemoDrops(database: Database, nowMs: number): Promise<boolean> {
  if (await hasDrops(database)) return false;
  const opensInAMinute = newTerms(
    'product',
    {
      title: '새벽별 텀블러 · Morning Star Tumbler',
      description:
        '손으로 칠한 텀블러 50개. 한 사람에 하나, 결제까지 30분.\nFifty tumblers, painted by hand. One a person; you have 30 minutes to pay.',
      stock: 50,
      opensAt: new Date(nowMs + MINUTE_MS).toISOString(),
      price: 39_000,
      currency: 'KRW',
      waitingLine: true,
    },
    nowMs,
  );
  const openNow = newTerms(
    'coupon',
    {
      title: '첫눈 쿠폰 20% · First Snow Coupon',
      description:
        '모든 음료 20% 할인, 발급 후 30일. 한 사람에 세 장까지.\n20 % off all drinks for 30 days. Up to three a person.',
      stock: 100,
      opensAt: new Date(nowMs).toISOString(),
      discount: { percent: 20 },
      validForDays: 30,
    },
    nowMs,
  );
  await createDrop(database, openNow);
  await createDrop(database, opensInAMinute);
  return true;
}
