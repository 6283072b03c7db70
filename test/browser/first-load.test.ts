/** What comes first, on a connection that is slow, or breaks: something to look at, in one language, and nothing that jumps. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { takePicture } from './album.ts';
import { describeInBrowser, useShop } from './harness.ts';
import { expectEventually } from './steps.ts';

const texts = { en: /\/assets\/english-[^/]+\.js$/, ko: /\/assets\/korean-[^/]+\.js$/ };

describeInBrowser('the first load', () => {
  const shop = useShop();
  let dropPath: string;
  beforeAll(async () => {
    dropPath = `/drops/${(await shop.api.newCoupon({ title: 'Winter coupon' })).id}`;
  });

  /** Holds back what the address names until the test lets it go. */
  async function holdBack(page: Page, address: RegExp): Promise<() => void> {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(address, async (route) => {
      await held;
      await route.continue();
    });
    return letGo;
  }

  test.each(['en', 'ko'] as const)(
    'texts are loaded in one language (%s), beside the code and not after it',
    async (language) => {
      const page = await shop.openPage({ locale: language === 'ko' ? 'ko-KR' : 'en-US' });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const letGo = await holdBack(page, /\/assets\/index-[^/]+\.js$/);
      await page.goto(shop.url + dropPath, { waitUntil: 'commit' });
      await expect.poll(() => asked.some((url) => texts[language].test(url))).toBe(true);
      letGo();
      await page.getByRole('heading', { name: 'Winter coupon' }).waitFor();
      expect(asked.filter((url) => texts[language === 'ko' ? 'en' : 'ko'].test(url))).toEqual([]);
      expect(asked.filter((url) => texts[language].test(url))).toHaveLength(1);
    },
  );

  test('until the code is here the head stands where it will stay, and then nothing moves', async () => {
    const page = await shop.openPage({ colorScheme: 'dark' });
    const letGo = await holdBack(page, /\/assets\/index-[^/]+\.js$/);
    await page.goto(shop.url + dropPath, { waitUntil: 'commit' });
    await page.locator('.page-coming').waitFor();
    const brand = page.locator('.brand');
    const before = await brand.boundingBox();
    await page.evaluate(`shifts = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });`);
    // It appears only where the code takes long.
    await page.evaluate(`Promise.all(
      document.querySelector('.page-coming').getAnimations().map((animation) => animation.finished)).then(() => undefined)`);
    await takePicture(page, 'desktop-dark-en', 'first-load');
    letGo();
    await page.getByRole('heading', { name: 'Winter coupon' }).waitFor();
    expect(await brand.boundingBox()).toEqual(before);
    await expectEventually(() => page.locator('.page-coming').count(), 0);
    expect(await page.evaluate('shifts')).toBeLessThan(0.02);
  });

  test('texts that do not come are asked for again', async () => {
    const page = await shop.openPage();
    let refused = 0;
    await page.route(texts.en, (route) => {
      refused += 1;
      return refused <= 2 ? route.abort() : route.continue();
    });
    await page.goto(shop.url + dropPath);
    await page.getByRole('heading', { name: 'Winter coupon' }).waitFor();
    expect(refused).toBeGreaterThan(2);
  });

  test('without a network neither another language nor another page takes away the one that is here; both come later', async () => {
    const page = await shop.openPage();
    await page.goto(shop.url + dropPath);
    await page.getByRole('heading', { name: 'Winter coupon' }).waitFor();
    await page.evaluate('isSamePage = true');
    await page.context().setOffline(true);
    const refused = page.waitForEvent('requestfailed', (request) => texts.ko.test(request.url()));
    await page.getByRole('button', { name: '한국어로 보기' }).click();
    await refused;
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    await page.getByText('All drops').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).first().click();
    await page.getByRole('alert').getByText('Could not load this').waitFor();

    await page.context().setOffline(false);
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await page.getByRole('button', { name: '한국어로 보기' }).click();
    await page.getByRole('heading', { name: '다시 만나 반가워요' }).waitFor();
    expect(await page.evaluate('isSamePage')).toBe(true);
  });
});
