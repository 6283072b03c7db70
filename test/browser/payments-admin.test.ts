/** Everybody's payments, for administrators. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, looks } from './pictures.ts';
import type { DropView, Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

const declined = '4000 0000 0000 0002';

describeInBrowser('payments of everybody', () => {
  const shop = useShop();
  let lamp: DropView;
  let buyer: Person;
  let unlucky: Person;

  beforeAll(async () => {
    const { api } = shop;
    lamp = await api.newProduct({ title: 'Brass lamp', stock: 5 });
    const cup = await api.newProduct({ title: 'Stoneware cup', stock: 5, price: 4250, currency: 'USD' });
    [buyer, unlucky] = [await api.newPerson(), await api.newPerson()];
    await api.pay(buyer, (await api.claim(buyer, lamp.id)).grantId, randomUUID());
    await api.pay(buyer, (await api.claim(buyer, cup.id)).grantId, randomUUID());
    await api.pay(unlucky, (await api.claim(unlucky, lamp.id)).grantId, randomUUID(), declined);
  });

  async function open(path: string) {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}${path}`);
    return { page, rows: page.locator('.admin-list > li') };
  }

  test('newest first, found by state, currency and person, kept in the address', async () => {
    const { page, rows } = await open('/admin/payments');
    await expectEventually(() => rows.count(), 3);
    await expect.poll(() => rows.nth(0).textContent()).toContain('The card was declined. Nothing was taken.');
    await page.getByLabel('State').selectOption('Paid');
    await expectEventually(() => rows.count(), 2);
    await page.getByLabel('Currency').fill('usd');
    await page.getByLabel('Currency').press('Enter');
    await expectEventually(() => rows.count(), 1);
    await rows.getByText('$42.50').waitFor();
    await page.waitForURL(/state=succeeded&currency=USD/);
    await page.reload();
    await expectEventually(() => rows.count(), 1);
    await page.getByLabel('State').selectOption('Refunded');
    await page.getByRole('button', { name: 'Show all' }).click();
    await expectEventually(() => rows.count(), 3);
    await page.getByRole('button', { name: unlucky.username }).click();
    await expectEventually(() => rows.count(), 1);
  });

  test('an empty page that is not the last one is not the end: what is rare is looked for to the end', async () => {
    const { page, rows } = await open('/admin/drops');
    await page.route('**/v1/payments?**', (route) =>
      new URL(route.request().url()).searchParams.has('cursor')
        ? route.continue({
            url: route
              .request()
              .url()
              .replace(/&cursor=[^&]*/, ''),
          })
        : route.fulfill({ json: { items: [], next: 'further' } }),
    );
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    await expectEventually(() => rows.filter({ hasText: 'Brass lamp' }).count(), 2);
  });

  test('one payment: what became of it and why, and the ways to its drop and its person', async () => {
    const { page } = await open(`/admin/payments?username=${unlucky.username}`);
    await page.getByRole('link', { name: 'Brass lamp' }).click();
    await page.getByText('The card was declined. Nothing was taken.').waitFor();
    await page.getByRole('heading', { name: '₩189,000' }).waitFor();
    await page.getByText('Asked at the provider').waitFor();
    await page.getByRole('link', { name: 'This person in the drop' }).click();
    await page.getByText(`${unlucky.username} in this drop`).waitFor();
    await page.getByText('Arrived 2nd, in time for a unit.').waitFor();
  });

  test('of one drop, and of all again; a payment that there is not', async () => {
    const { page, rows } = await open(`/admin/payments?dropId=${lamp.id}`);
    await page.getByText('Only payments of one drop are shown.').waitFor();
    await expectEventually(() => rows.count(), 2);
    await page.getByRole('button', { name: 'Show those of all drops' }).click();
    await expectEventually(() => rows.count(), 3);
    await page.goto(`${shop.url}/admin/payments/nothing`);
    await page.getByRole('heading', { name: 'There is no such payment' }).waitFor();
  });

  test('the address is what is shown: of a press on the list itself while it is filtered, and of the way back', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/payments?state=refunded`);
    const state = page.getByLabel('State');
    await expectEventually(() => state.inputValue(), 'refunded');
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    await expectEventually(() => state.inputValue(), '');
    await state.selectOption('Refunded');
    await expectEventually(async () => page.url(), `${shop.url}/admin/payments?state=refunded`);
    // The router does not know of this one.
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    await expectEventually(() => state.inputValue(), '');
    await page.waitForURL(`${shop.url}/admin/payments`);
    await page.goBack();
    await expectEventually(() => state.inputValue(), 'refunded');
  });

  test('a buyer does not get in', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, buyer);
    await page.goto(`${shop.url}/admin/payments`);
    await page.getByText('This page is for administrators.').waitFor();
  });

  test.each(looks)('looks of payments, $name', async (kind) => {
    const page = await shop.openPage(kind.options);
    await signIn(page, shop.url, administrator);
    const look = camera(page, kind);
    await page.goto(`${shop.url}/admin/payments`);
    await page.locator('.list-row').first().waitFor();
    await look('payments', true);
    await page.locator('.admin-title').first().click();
    await page.locator('.payment-facts').waitFor();
    await look('payment', true);
    await page.goto(`${shop.url}/admin/payments?state=refunded`);
    await page.locator('.empty').waitFor();
    await look('payments-none');
  });
});
