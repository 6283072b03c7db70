/** The pages for whoever has no mouse, no small fingers, or large letters: reached by Tab, large enough to touch, readable when stretched. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { takePicture } from './album.ts';
import { describeInBrowser, phone, useShop } from './harness.ts';
import { fromNow, type Person } from './shop-api.ts';
import { expectEventually, pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

describeInBrowser('keyboard, fingers, large letters', () => {
  const shop = useShop();
  let person: Person;
  let pages: string[];

  beforeAll(async () => {
    const { api } = shop;
    person = await api.newPerson();
    const coupon = await api.newCoupon({ title: 'Winter coupon', stock: 1000 });
    const product = await api.newProduct({ title: 'Stoneware cup, second batch', perUserLimit: 2 });
    const gone = await api.newProduct({ title: 'Sold out long ago', stock: 1, waitingLine: true });
    await api.claim(await api.newPerson(), gone.id);
    const { grantId: couponId } = await api.claim(person, coupon.id);
    const { grantId: slotId } = await api.claim(person, product.id);
    const { grantId: boughtId } = await api.claim(person, product.id);
    const { id: paymentId } = await api.pay(person, boughtId, `bought-${boughtId}`);
    pages = [
      ...['/', `/drops/${coupon.id}`, `/drops/${product.id}`, `/drops/${gone.id}`, '/coupons', `/coupons/${couponId}`],
      ...['/slots', `/slots/${slotId}`, `/slots/${boughtId}`, '/receipts', `/receipts/${paymentId}`, '/profile'],
      ...['/notifications', '/notifications/settings'],
    ];
  });

  async function open(page: Page, path: string): Promise<void> {
    await page.goto(shop.url + path);
    await page.locator('main :is(h1, h2)').first().waitFor({ state: 'attached' });
    await page.locator('main [aria-busy=true], main .skeleton').first().waitFor({ state: 'detached' });
  }

  test('Tab passes through every page and out again; what it stands on is to be seen', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    for (const path of pages) {
      await open(page, path);
      const passed = new Set<string>();
      for (let step = 0; step < 120; step += 1) {
        await page.keyboard.press('Tab');
        const { name, isVisible, isBack } = (await page.evaluate(`(() => {
          const element = document.activeElement;
          if (element === document.body) return { name: 'body', isVisible: true, isBack: true };
          // A card or a tab around a radio button shows for it.
          const shown = element.matches('input[type=radio]') ? element.closest('label') : element;
          const { outlineStyle, outlineWidth } = getComputedStyle(shown);
          const { width, top, bottom } = shown.getBoundingClientRect();
          const isVisible = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 && width > 0 && bottom > 0 && top < innerHeight;
          element.dataset.passed ??= String(Math.random());
          return { name: element.outerHTML.slice(0, 160) + element.dataset.passed, isVisible, isBack: false };
        })()`)) as { name: string; isVisible: boolean; isBack: boolean };
        expect(isVisible, `${path}: ${name}`).toBe(true);
        if (isBack || passed.has(name)) break;
        passed.add(name);
      }
      expect(passed.size, path).toBeGreaterThan(5);
      expect(passed.size, `${path} lets the keyboard out`).toBeLessThan(120);
      expect([...passed][0], path).toContain('skip-link');
    }
  });

  test('a sale by keyboard alone: focused before the opening, pressed at it, heard, and on to the coupon', async () => {
    const drop = await shop.api.newCoupon({ title: 'By keyboard', opensAt: fromNow(3600) });
    const page = await shop.openPage();
    await signIn(page, shop.url, await shop.api.newPerson());
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilLive(page);
    await pressButton(page).focus();
    await shop.api.amend(drop.id, { opensAt: fromNow(2) });
    await waitUntilPressable(page);
    await page.keyboard.press('Enter');
    await page.locator('.claim-panel [role=status]', { hasText: 'It’s yours!' }).waitFor({ state: 'attached' });
    await page.getByRole('link', { name: 'Show at the till' }).waitFor();
    expect(await page.evaluate('document.activeElement.className')).toBe('press');
    // What one has won lies right before the button.
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await expectEventually(() => page.evaluate('document.activeElement.textContent'), 'Show at the till');
    await page.keyboard.press('Enter');
    await page.locator('.qr-card').waitFor();
    await expectEventually(() => page.evaluate('document.activeElement.id'), 'content');
  });

  test('on a phone nothing that stands by itself is smaller than a fingertip', async () => {
    const page = await shop.openPage(phone);
    await signIn(page, shop.url, person);
    const found: string[] = [];
    for (const path of [...pages, '/nowhere']) {
      await open(page, path);
      const small =
        (await page.evaluate(`[...document.querySelectorAll('a, button, summary, input, select, textarea, label:has(input)')]
        .map((element) => element.closest('label') ?? element)
        .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches('.for-readers, .skip-link, [hidden]'))
        .filter((element) => getComputedStyle(element).display !== 'inline')
        .map((element) => ({ element, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.height < 43.9 || box.width < 43.9))
        .map(({ element, box }) => Math.round(box.width) + 'x' + Math.round(box.height) + ' ' + element.outerHTML.slice(0, 90))`)) as string[];
      found.push(...small.map((what) => `${path}: ${what}`));
    }
    expect([...new Set(found)]).toEqual([]);
  });

  /** What lies outside of its box and is cut off there, or makes the page scroll sideways. */
  const cutOff = `(() => {
    const cut = [...document.querySelectorAll('main *, header *')].filter((element) => {
      const { overflowX, overflowY, webkitLineClamp, clipPath } = getComputedStyle(element);
      if (webkitLineClamp !== 'none' || element.closest('.brand') || clipPath !== 'none' || element.closest('svg, .confetti, .art, .for-readers, .swap')) return false;
      const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
      return (hides(overflowY) && element.scrollHeight > element.clientHeight + 2) || (hides(overflowX) && element.scrollWidth > element.clientWidth + 2);
    }).map((element) => element.className || element.tagName);
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return over > 1 ? [...cut, 'page wider by ' + over] : cut;
  })()`;

  test.each([
    [
      'stretched text',
      `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
       p { margin-bottom: 2em !important; }`,
      phone,
    ],
    ['letters twice as large', 'html { font-size: 200%; }', phone],
    ['a desktop at 200 %', '', { viewport: { width: 640, height: 430 } }],
  ])('nothing is cut off: %s', async (name, style, options) => {
    const page = await shop.openPage({ ...options, bypassCSP: true });
    await signIn(page, shop.url, person);
    const found: string[] = [];
    for (const path of pages) {
      await open(page, path);
      if (style !== '') await page.addStyleTag({ content: style });
      const cut = (await page.evaluate(cutOff)) as string[];
      found.push(...cut.map((what) => `${path}: ${what}`));
      if (path === pages[1]) await takePicture(page, name.replaceAll(/\W+/g, '-'), 'drop');
    }
    expect(found).toEqual([]);
  });

  test('colours of one’s own: what was told by a background is told by an edge', async () => {
    const page = await shop.openPage({ forcedColors: 'active', colorScheme: 'dark' });
    await signIn(page, shop.url, person);
    for (const [index, path] of pages.entries()) {
      await open(page, path);
      if ([0, 1, 5, 7].includes(index)) await takePicture(page, 'forced-colors', `page-${index}`);
      const bare =
        (await page.evaluate(`[...document.querySelectorAll('.button:not(.plain), .press, .stage, .stock-bar, .input')]
        .filter((element) => element.checkVisibility() && getComputedStyle(element).borderTopStyle === 'none')
        .map((element) => element.className)`)) as string[];
      expect(bare, path).toEqual([]);
    }
  });
});
