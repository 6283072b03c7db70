/** The administrators' shell: who gets in, the way between its sections, and addresses of before. */
import { test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { expectEventually, signIn } from './steps.ts';

describeInBrowser('administration', () => {
  const shop = useShop();

  test('a buyer does not get in', async () => {
    const buyer = await shop.openPage();
    await signIn(buyer, shop.url, await shop.api.newPerson());
    await buyer.goto(`${shop.url}/admin`);
    await buyer.getByText('This page is for administrators.').waitFor();
  });

  test('a bar leads from section to section, and says where one is', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(shop.url);
    await page.getByRole('link', { name: 'Manage' }).click();
    const bar = page.getByRole('navigation', { name: 'Management' });
    const headings = {
      Drops: 'Drops',
      Till: 'Coupon at the till',
      Payments: 'Payments',
      Deliveries: 'What was sent',
      Overview: 'Overview',
    };
    for (const [section, heading] of Object.entries(headings)) {
      await bar.getByRole('link', { name: section }).click();
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      await expectEventually(() => bar.locator('[aria-current=page]').allTextContents(), [section]);
    }
  });

  test('a drop has one head over its pages; each is an address of its own', async () => {
    const drop = await shop.api.newCoupon({ title: 'Ten o’clock coupon' });
    const page = await shop.openPage();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops/${drop.id}`);
    const tabs = page.getByRole('navigation', { name: 'This drop' });
    const head = page.getByRole('heading', { level: 1, name: 'Ten o’clock coupon' });
    for (const [tab, address] of Object.entries({ People: '/people', Edit: '/edit', Live: '' })) {
      await tabs.getByRole('link', { name: tab }).click();
      await page.waitForURL(`${shop.url}/admin/drops/${drop.id}${address}`);
      await head.waitFor();
      await expectEventually(() => tabs.locator('[aria-current=page]').allTextContents(), [tab]);
      await expectEventually(() => page.getByRole('heading', { level: 1 }).count(), 1);
    }
    await page.getByRole('button', { name: 'Copy the link' }).first().click();
    await expectEventually(() => page.evaluate('navigator.clipboard.readText()'), `${shop.url}/drops/${drop.id}`);
    await page.getByRole('link', { name: 'Public page' }).click();
    await page.waitForURL(`${shop.url}/drops/${drop.id}`);
  });

  test('addresses of before lead to where the page is now; what there never was is not there', async () => {
    const drop = await shop.api.newCoupon();
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/new`);
    await page.waitForURL(`${shop.url}/admin/drops/new`);
    await page.goto(`${shop.url}/admin/${drop.id}`);
    await page.waitForURL(`${shop.url}/admin/drops/${drop.id}/edit`);
    // The address of before is no step on the way back.
    await page.goBack();
    await page.waitForURL(`${shop.url}/admin/drops/new`);
    await page.goto(`${shop.url}/admin/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.goto(`${shop.url}/admin/drops/${drop.id}/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.goto(`${shop.url}/admin/drops/987654`);
    await page.getByRole('heading', { name: 'This drop does not exist' }).waitFor();
  });
});
