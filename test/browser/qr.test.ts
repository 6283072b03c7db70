/** The code at the till, as a scanner sees it: pictures of the page are decoded again. */
import type { Page } from 'playwright-core';
import { decodeQR } from 'qr/decode.js';
import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { camera, looks, settle } from './pictures.ts';
import type { Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

describeInBrowser('the QR code of a coupon', () => {
  const shop = useShop();

  async function couponOf(person: Person): Promise<{ grantId: string; code: string; shown: string }> {
    const drop = await shop.api.newCoupon({ title: '겨울맞이 전 상품 20% 쿠폰', stock: 5 });
    const { grantId, code } = await shop.api.claim(person, drop.id);
    return { grantId, code, shown: (code.match(/.{4}/g) ?? []).join('-') };
  }

  /** What is in a picture. Chromium itself unpacks it, in a page that belongs to nobody. */
  async function decoded(png: Buffer): Promise<string> {
    const reader = await shop.openPage();
    const { width, height, bytes } = (await reader.evaluate(`(async () => {
      const image = await createImageBitmap(await (await fetch('data:image/png;base64,${png.toString('base64')}')).blob());
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      let bytes = '';
      for (let at = 0; at < data.length; at += 8192) bytes += String.fromCharCode(...data.subarray(at, at + 8192));
      return { width: image.width, height: image.height, bytes: btoa(bytes) };
    })()`)) as { width: number; height: number; bytes: string };
    await reader.context().close();
    const data = Uint8Array.from(Buffer.from(bytes, 'base64'));
    return decodeQR({ width, height, data }, { effort: Number.POSITIVE_INFINITY, timeLimit: Number.POSITIVE_INFINITY });
  }

  const wakeLocks = (page: Page) => page.evaluate('wakeLocks');

  test.each(looks)('is read from the page and from the whole screen, $name', async (kind) => {
    const person = await shop.api.newPerson();
    const { grantId, shown } = await couponOf(person);
    const page = await shop.openPage(kind.options);
    await page.addInitScript(`wakeLocks = 0;
      Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => {
        wakeLocks += 1;
        return { release: async () => { wakeLocks -= 1; } };
      } } });`);
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/coupons/${grantId}`);
    const small = page.locator('.qr-card');
    await small.waitFor();
    expect(await small.getByRole('img').getAttribute('aria-label')).toContain(shown);
    expect(await decoded(await small.screenshot())).toBe(shown);
    const look = camera(page, kind);
    await look('coupon-qr');

    await small.focus();
    await page.keyboard.press('Enter');
    const large = page.locator('.qr-large');
    await large.waitFor();
    await settle(page);
    expect(await decoded(await look('coupon-qr-large', false))).toBe(shown);
    await expectEventually(() => wakeLocks(page), 1);
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
    const size = (await large.locator('.qr-code').boundingBox())?.width ?? 0;
    expect(size).toBeGreaterThan(0.6 * Math.min(width, height));

    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'detached' });
    await expectEventually(() => wakeLocks(page), 0);
    await expectEventually(() => page.evaluate('document.activeElement.className'), 'qr-card');
  });

  test('goes away with the coupon’s use, even while the till reads it from the whole screen', async () => {
    const person = await shop.api.newPerson();
    const { grantId } = await couponOf(person);
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/coupons/${grantId}`);
    await page.locator('.qr-card').click();
    await page.locator('.qr-large').waitFor();
    await shop.api.use(person, grantId);
    await page.locator('.qr-large').waitFor({ state: 'detached' });
    await page.getByText('This coupon has been used').waitFor();
    await expectEventually(() => page.locator('.qr-place').count(), 0);
  });
});
