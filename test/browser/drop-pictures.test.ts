/** A drop's own picture: in its place before it comes, loaded when somebody comes near, and replaced by the pattern where it does not come. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { camera, looks, settle } from './pictures.ts';
import { fromNow } from './shop-api.ts';
import { expectEventually } from './steps.ts';

describeInBrowser('pictures of drops', () => {
  const shop = useShop();
  let open: string;
  let coming: string;
  let broken: string;

  /** Drawn by Chromium itself: a still life of sorts. */
  async function drawnPicture(hue: number): Promise<Buffer> {
    const page = await shop.openPage();
    const base64 = (await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(1200, 800);
      const context = canvas.getContext('2d');
      const ground = context.createLinearGradient(0, 0, 0, 800);
      ground.addColorStop(0, 'hsl(${hue} 40% 88%)');
      ground.addColorStop(1, 'hsl(${hue} 35% 62%)');
      context.fillStyle = ground;
      context.fillRect(0, 0, 1200, 800);
      for (const [x, y, size] of [[380, 470, 210], [700, 430, 260], [930, 540, 130]]) {
        const light = context.createRadialGradient(x - size / 3, y - size / 3, size / 8, x, y, size);
        light.addColorStop(0, 'hsl(${hue} 60% 78%)');
        light.addColorStop(1, 'hsl(${hue} 55% 32%)');
        context.fillStyle = light;
        context.beginPath();
        context.arc(x, y, size, 0, 7);
        context.fill();
      }
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    })()`)) as string;
    await page.context().close();
    return Buffer.from(base64, 'base64');
  }

  beforeAll(async () => {
    const { api } = shop;
    const [vase, lamp] = [await drawnPicture(20), await drawnPicture(210)];
    open = (
      await api.newProduct({
        title: '한정판 도자기 화병',
        stock: 40,
        imageUrl: await api.keepPicture(vase, 'image/jpeg'),
      })
    ).id;
    coming = (
      await api.newProduct({
        title: '새벽 에디션 조명',
        stock: 40,
        opensAt: fromNow(7200),
        imageUrl: await api.keepPicture(lamp, 'image/jpeg'),
      })
    ).id;
    broken = (await api.newCoupon({ title: '사라진 그림', opensAt: fromNow(90_000), imageUrl: '/assets/gone.jpg' })).id;
  });

  const pictureIn = (page: Page, dropId: string) => page.locator(`a[href="/drops/${dropId}"] .art > img`);

  const isLoaded = (picture: Locator) =>
    expect.poll(() => picture.evaluate((image) => Number(Reflect.get(image, 'naturalWidth')))).toBeGreaterThan(100);

  test('is as wide as its place, comes late without moving anything, and far down only when somebody comes near', async () => {
    const page = await shop.openPage({ viewport: { width: 360, height: 740 } });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route('**/pictures/*', async (route) => {
      await held;
      await route.continue();
    });
    // What is held up may hold up `load`.
    await page.goto(shop.url, { waitUntil: 'commit' });
    await page.locator('.featured-title').waitFor();
    const before = await page
      .locator('.featured, .card')
      .evaluateAll((cards) => cards.map((card) => JSON.stringify(card.getBoundingClientRect())));
    expect(await pictureIn(page, open).getAttribute('loading')).toBe('eager');
    expect(await pictureIn(page, coming).getAttribute('loading')).toBe('lazy');
    letGo();
    await isLoaded(pictureIn(page, open));
    const after = await page
      .locator('.featured, .card')
      .evaluateAll((cards) => cards.map((card) => JSON.stringify(card.getBoundingClientRect())));
    expect(after).toEqual(before);
    const { width: picture } = (await pictureIn(page, open).boundingBox()) ?? { width: 0 };
    const { width: place } = (await page.locator('.featured .art').boundingBox()) ?? { width: -1 };
    expect(picture).toBe(place);
  });

  test('one that is gone gives its place to the pattern', async () => {
    const page = await shop.openPage();
    await page.goto(`${shop.url}/drops/${broken}`);
    await page.locator('.drop-art .art > svg').waitFor();
    await expectEventually(() => page.locator('.drop-art img').count(), 0);
  });

  test.each([
    [360, 1],
    [1280, 2],
  ])('the offer of the first one, without its picture, at %i px: told %i times', async (width, times) => {
    const page = await shop.openPage({ viewport: { width, height: 740 } });
    await page.route('**/pictures/*', (route) => route.abort());
    await page.goto(shop.url);
    await page.locator('.featured .art > svg').waitFor();
    const price = (await page.locator('.featured .art-offer').textContent()) ?? '';
    expect(price).toMatch(/\d/);
    expect(await page.locator('.featured').getByText(price).filter({ visible: true }).count()).toBe(times);
  });

  test.each(looks)('looks, $name', async (kind) => {
    const page = await shop.openPage(kind.options);
    const look = camera(page, kind);
    await page.goto(shop.url);
    await isLoaded(pictureIn(page, open));
    await settle(page);
    await look('list-pictures', true);
    await page.goto(`${shop.url}/drops/${open}`);
    await isLoaded(page.locator('.drop-art img'));
    await settle(page);
    await look('drop-picture');
  });
});
