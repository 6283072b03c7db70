/** A coupon after it was won: shown, used, cancelled. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { fromNow, type Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

describeInBrowser('coupons', () => {
  const shop = useShop();

  async function personWithCoupon(
    terms = {},
  ): Promise<{ person: Person; grantId: string; code: string; dropId: string }> {
    const drop = await shop.api.newCoupon({ title: 'Winter coupon', stock: 5, ...terms });
    const person = await shop.api.newPerson();
    const { grantId, code } = await shop.api.claim(person, drop.id);
    return { person, grantId, code, dropId: drop.id };
  }

  async function openAs(person: { username: string; password: string }, path: string): Promise<Page> {
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}${path}`);
    return page;
  }

  test('used online after being asked once; the list keeps it apart', async () => {
    const { person, grantId } = await personWithCoupon();
    const page = await openAs(person, '/coupons');
    await page.getByRole('link', { name: 'Winter coupon' }).click();
    await page.getByText('Show this to the shop').waitFor();
    await page.getByRole('button', { name: 'Use online' }).click();
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await shop.api.grant(person, grantId)).state).toBe('usable');

    await page.getByRole('button', { name: 'Use online' }).click();
    await page.getByLabel('Order number').fill('A-1207');
    await page.getByRole('button', { name: 'Use it now' }).click();
    await page.getByText('This coupon has been used').waitFor();
    await page.getByText('A-1207').waitFor();
    expect(await shop.api.grant(person, grantId)).toMatchObject({ state: 'used', reference: 'A-1207' });

    await page.getByRole('link', { name: 'My coupons' }).first().click();
    await page.getByText('No coupons to use yet').waitFor();
    await page.getByRole('tab', { name: 'Used' }).click();
    await page.getByRole('link', { name: 'Winter coupon' }).waitFor();
  });

  test('cancelled after being asked once: the unit goes back on offer', async () => {
    const { person, grantId, dropId } = await personWithCoupon();
    const page = await openAs(person, `/coupons/${grantId}`);
    await page.getByRole('button', { name: 'Cancel coupon' }).click();
    await page.getByText('the coupon goes back').waitFor();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('You cancelled this coupon').waitFor();
    await expectEventually(async () => (await shop.api.drop(dropId)).remaining, 5);
  });

  test('a coupon that is used elsewhere shows so without reloading', async () => {
    const { person, grantId } = await personWithCoupon();
    const page = await openAs(person, `/coupons/${grantId}`);
    await page.getByText('Show this to the shop').waitFor();
    await shop.api.use(person, grantId);
    await page.getByText('This coupon has been used').waitFor();
  });

  test('a coupon ends by the server’s clock while one looks at it', async () => {
    const person = await shop.api.newPerson();
    const page = await openAs(person, '/coupons');
    await page.getByText('No coupons to use yet').waitFor();
    const drop = await shop.api.newCoupon({ title: 'A short one', validForDays: null, validUntil: fromNow(20) });
    const { grantId } = await shop.api.claim(person, drop.id);
    await page.getByRole('link', { name: 'A short one' }).click();
    await page.getByText('Show this to the shop').waitFor();
    await page.getByText('This coupon has expired').waitFor();
    await expectEventually(async () => (await shop.api.grant(person, grantId)).state, 'expired');
  });

  test('somebody else’s coupon is nobody’s', async () => {
    const { grantId } = await personWithCoupon();
    const page = await openAs(await shop.api.newPerson(), `/coupons/${grantId}`);
    await page.getByText('There is no such coupon or slot of yours').waitFor();
  });
});
