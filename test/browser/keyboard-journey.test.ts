/** The two journeys of a buyer with nothing but Tab, Enter and Space: from signing up to a coupon in hand, and from a slot to its payment. At each step one sees where one is. */
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { fromNow } from './shop-api.ts';
import { expectEventually, waitUntilLive, waitUntilPressable } from './steps.ts';

const tabsMax = 60;

/** What is drawn around what has the focus; a radio button is shown by the card or the tab around it. */
const ring = `(() => {
  const focused = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused.matches('input[type=radio]') ? focused.closest('label') : focused);
  return outlineStyle === 'none' ? 0 : parseFloat(outlineWidth);
})()`;

const isFocused = (target: Locator) => target.evaluate((element) => element === element.ownerDocument.activeElement);

/** Tab by Tab, as often as it takes, to what is named. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let tabs = 0; tabs < tabsMax; tabs += 1) {
    await page.keyboard.press('Tab');
    if (!(await isFocused(target))) continue;
    expect(await page.evaluate(ring), String(target)).toBeGreaterThan(0);
    const { top, bottom, height } = await page.evaluate<{ top: number; bottom: number; height: number }>(`(() => {
      const { top, bottom } = document.activeElement.getBoundingClientRect();
      return { top, bottom, height: innerHeight };
    })()`);
    expect(bottom > 0 && top < height, `${target} is in sight`).toBe(true);
    return;
  }
  throw new Error(`${tabsMax} tabs do not lead to ${target}`);
}

async function enter(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

describeInBrowser('by keyboard alone', () => {
  const shop = useShop();
  const inMain = (page: Page) => page.getByRole('main');

  async function signUp(page: Page, username: string): Promise<void> {
    await enter(page, inMain(page).getByRole('link', { name: 'Sign in to take part' }));
    await enter(page, inMain(page).getByRole('link', { name: 'Sign up' }));
    await type(page, 'Username', username);
    await type(page, 'Email', `${username}@example.com`);
    await type(page, 'Password', 'a-long-password');
    await enter(page, inMain(page).getByRole('button', { name: 'Sign up' }));
  }

  test('from signing up to the coupon in hand', async () => {
    const drop = await shop.api.newCoupon({ title: 'Winter coupon', opensAt: fromNow(3600) });
    const page = await shop.openPage();
    await page.goto(shop.url);
    await enter(page, inMain(page).getByRole('link', { name: 'Winter coupon' }).first());
    await signUp(page, 'no-mouse');
    await page.getByRole('heading', { level: 1, name: 'Winter coupon' }).waitFor();
    await waitUntilLive(page);
    // Before the opening the button can be stood on already.
    await tabTo(page, page.getByRole('button', { name: /^Opens / }));
    await shop.api.amend(drop.id, { opensAt: fromNow(2) });
    await waitUntilPressable(page);
    await page.keyboard.press('Space');
    // What one has won lies right before the button.
    const show = inMain(page).getByRole('link', { name: 'Show at the till' });
    await show.waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await expectEventually(() => isFocused(show), true);
    await page.keyboard.press('Enter');
    await page.getByText('Show this to the shop').waitFor();
    await enter(page, page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'My coupons' }));
    await tabTo(page, inMain(page).getByRole('link', { name: 'Winter coupon' }));
  });

  test('from the slot to what was bought and its receipt', async () => {
    await shop.api.newProduct({ title: 'Stoneware cup', stock: 3 });
    const page = await shop.openPage();
    await page.goto(shop.url);
    await enter(page, inMain(page).getByRole('link', { name: 'Stoneware cup' }).first());
    await signUp(page, 'no-mouse-either');
    await waitUntilPressable(page);
    await waitUntilLive(page);
    await enter(page, page.getByRole('button', { name: 'Claim my slot' }));
    const toPay = inMain(page).getByRole('link', { name: 'Pay now' });
    await toPay.waitFor();
    await page.keyboard.press('Shift+Tab');
    await expectEventually(() => isFocused(toPay), true);
    await page.keyboard.press('Enter');

    // Of radio buttons Tab reaches the chosen one, and the arrows the others.
    await tabTo(page, page.getByRole('radio', { name: /The payment succeeds/ }));
    await page.keyboard.press('ArrowDown');
    await expectEventually(() => page.getByRole('radio', { name: /The card is declined/ }).isChecked(), true);
    await enter(page, page.getByRole('button', { name: /^Pay / }));
    await page.getByRole('alert').filter({ hasText: 'The card was declined' }).waitFor();
    await page.getByRole('button', { name: /^Pay / }).waitFor();
    await tabTo(page, page.getByRole('radio', { name: /The card is declined/ }));
    await page.keyboard.press('ArrowUp');
    await enter(page, page.getByRole('button', { name: /^Pay / }), 'Space');
    await page.getByText('Bought. It’s yours!').first().waitFor();
    await enter(page, inMain(page).getByRole('link', { name: 'Receipt', exact: true }).first());
    await page.locator('.receipt-total', { hasText: '₩189,000' }).waitFor();
  });
});
