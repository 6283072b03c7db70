import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { fromNow } from './shop-api.ts';
import { signIn } from './steps.ts';

describeInBrowser('administration', () => {
  const shop = useShop();
  let page: Page;
  beforeAll(async () => {
    page = await shop.openPage();
    await signIn(page, shop.url, administrator);
  });

  test('a coupon event is created with the form and shows in the list', async () => {
    await page.goto(`${shop.url}/admin/drops`);
    await page.getByRole('link', { name: 'New drop' }).click();
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByText('Please fill this in').first().waitFor();

    await page.getByLabel('Title').fill('Ten o’clock coupon');
    await page.getByLabel('Quantity').fill('0');
    await page.getByText('A whole number from 1 to 10,000,000').waitFor();
    await page.getByLabel('Quantity').fill('500');
    await page.getByLabel('Percent off').fill('30');
    await page.getByText('At once').click();
    await page.getByRole('button', { name: 'Create drop' }).click();

    await page.getByRole('heading', { level: 1, name: 'Ten o’clock coupon' }).waitFor();
    await page.goto(shop.url);
    await page.getByRole('heading', { name: 'Ten o’clock coupon' }).waitFor();
    await page.getByText('30% off').first().waitFor();
  });

  test('a product sale is created with the form; a price is typed in whole units', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.getByText('Product sale').click();
    await page.getByLabel('Title').fill('Stoneware cup');
    await page.getByLabel('Quantity').fill('40');
    await page.getByLabel('Price').fill('42.5');
    await page.getByLabel('Currency').fill('usd');
    await page.getByLabel('Minutes to pay').fill('0.01');
    await page.getByLabel('Minutes to pay').blur();
    await page.getByText('Minutes from 0.05 to 1,440').waitFor();
    await page.getByLabel('Minutes to pay').fill('0.5');
    await page.getByLabel('Waiting line').check();
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Stoneware cup' }).waitFor();
    await page.getByRole('link', { name: 'Public page' }).click();
    await page.getByText('$42.50').first().waitFor();
    await page.getByText('30 s to pay').waitFor();
    await page.getByText('When it is sold out you can wait').waitFor();
  });

  test('the server’s objection appears at its field', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.route('**/v1/drops', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 400,
            contentType: 'application/problem+json',
            body: JSON.stringify({
              code: 'invalid_request',
              errors: [{ field: 'discount.percent', message: 'too kind' }],
            }),
          })
        : route.continue(),
    );
    await page.getByLabel('Title').fill('Too kind');
    await page.getByLabel('Quantity').fill('5');
    await page.getByLabel('Percent off').fill('90');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByText('Please check this: too kind').waitFor();
    expect(await page.getByLabel('Percent off').getAttribute('aria-invalid')).toBe('true');
    await page.unroute('**/v1/drops');
  });

  test('a drop is edited and cancelled; its terms are fixed once it has opened', async () => {
    const drop = await shop.api.newCoupon({ title: 'To be changed', opensAt: fromNow(0) });
    await page.goto(`${shop.url}/admin/drops/${drop.id}/edit`);
    expect(await page.getByLabel('Percent off').isDisabled()).toBe(true);
    await page.getByLabel('Title').fill('Changed');
    await page.getByLabel('Quantity').fill('77');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Changed' }).waitFor();
    await page.getByRole('navigation', { name: 'Management' }).getByRole('link', { name: 'Drops' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'Changed' });
    await row.getByText('0 of 77 granted').waitFor();
    await row.getByRole('button').click();
    await row.getByRole('button').click();
    await row.getByText('Cancelled').waitFor();
    expect((await shop.api.drop(drop.id)).state).toBe('cancelled');
  });

  test('a buyer does not get in', async () => {
    const buyer = await shop.openPage();
    await signIn(buyer, shop.url, await shop.api.newPerson());
    await buyer.goto(`${shop.url}/admin`);
    await buyer.getByText('This page is for administrators.').waitFor();
  });
});
