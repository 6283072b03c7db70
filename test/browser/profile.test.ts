/** What belongs to an account: who one is, how one signs in, how pages look, and what one has paid. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { camera, looks } from './pictures.ts';
import type { Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

const declinedCard = '4000 0000 0000 0002';

describeInBrowser('the profile', () => {
  const shop = useShop();

  async function openProfile(person: Person): Promise<Page> {
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/profile`);
    await page.getByText(`${person.username}@example.com`).waitFor();
    return page;
  }

  test('a new password: the old one is asked for, mistakes are told at their field; other devices are signed out, this one stays', async () => {
    const person = await shop.api.newPerson();
    const elsewhere = await openProfile(person);
    const page = await openProfile(person);
    await page.getByText('Change password').click();
    const change = page.locator('.change').filter({ hasText: 'Change password' });
    await change.getByRole('button', { name: 'Save' }).click();
    await change.getByText('Please fill this in').first().waitFor();
    await change.getByLabel('Current password').fill('not-my-password');
    await change.getByLabel('New password').fill('short');
    await change.getByRole('button', { name: 'Save' }).click();
    await change.getByText('Use at least 10 characters').waitFor();

    await change.getByLabel('New password').fill('another-long-password');
    await change.getByRole('button', { name: 'Save' }).click();
    await change.getByText('This is not your password').waitFor();
    await expectEventually(() => page.evaluate('document.activeElement.name'), 'currentPassword');
    await change.getByLabel('Current password').fill(person.password);
    await change.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').getByText('Your password is changed').waitFor();
    await change.getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' });

    const over = elsewhere.getByRole('dialog', { name: 'Sign in to go on' });
    await over.getByLabel('Password').fill('another-long-password');
    await over.getByRole('button', { name: 'Sign in' }).click();
    await over.waitFor({ state: 'detached' });
    await elsewhere.getByText(`${person.username}@example.com`).waitFor();
    await page.reload();
    await page.getByText(`${person.username}@example.com`).waitFor();
  });

  test('another email: one that is taken is refused at its field, a free one is shown, and signs in', async () => {
    const [person, other] = [await shop.api.newPerson(), await shop.api.newPerson()];
    const page = await openProfile(person);
    await page.getByText('Change email').click();
    const change = page.locator('.change').filter({ hasText: 'Change email' });
    await change.getByLabel('New email').fill(`${other.username}@example.com`);
    await change.getByLabel('Current password').fill(person.password);
    await change.getByRole('button', { name: 'Save' }).click();
    await change.getByText('There is already an account').waitFor();
    await change.getByLabel('New email').fill('free@example.com');
    await change.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your email is changed.').waitFor();
    await page.getByText('free@example.com').waitFor();
    await signIn(await shop.openPage(), shop.url, { username: 'free@example.com', password: person.password });
  });

  test('language and theme are chosen there, too', async () => {
    const page = await openProfile(await shop.api.newPerson());
    await page.getByText('Dark', { exact: true }).click();
    await expectEventually(() => page.evaluate('document.documentElement.dataset.theme'), 'dark');
    await page.getByRole('main').getByText('한국어', { exact: true }).click();
    await page.getByRole('heading', { name: '화면 설정' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '화면 설정' }).waitFor();
    await expectEventually(() => page.evaluate('document.documentElement.dataset.theme'), 'dark');
  });

  async function payments(person: Person): Promise<string[]> {
    const paid: string[] = [];
    for (const [title, card] of [
      ['한정판 도자기 화병', undefined],
      ['접이식 캠핑 의자', declinedCard],
      ['새벽 에디션 무선 헤드폰', undefined],
    ] as const) {
      const drop = await shop.api.newProduct({ title, stock: 5 });
      const { grantId } = await shop.api.claim(person, drop.id);
      paid.push((await shop.api.pay(person, grantId, `payment-of-${grantId}`, card)).id);
    }
    return paid;
  }

  test('all that was paid is listed, newest first, and what comes in meanwhile', async () => {
    const person = await shop.api.newPerson();
    const [, , newest] = await payments(person);
    const page = await openProfile(person);
    await page.getByRole('link', { name: 'Payments and receipts' }).click();
    await page.locator('.payment-title').nth(2).waitFor();
    await expectEventually(
      () => page.locator('.payment-title').allTextContents(),
      ['새벽 에디션 무선 헤드폰', '접이식 캠핑 의자', '한정판 도자기 화병'],
    );
    await expectEventually(() => page.locator('.payment-history .chip').allTextContents(), ['Paid', 'Failed', 'Paid']);

    const drop = await shop.api.newProduct({ title: 'Stoneware cup', stock: 5 });
    const { grantId } = await shop.api.claim(person, drop.id);
    await shop.api.pay(person, grantId, `payment-of-${grantId}`);
    await page.getByRole('link', { name: 'Stoneware cup', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Receipt: 새벽 에디션 무선 헤드폰' }).click();
    await page.locator('.receipt-total').waitFor();
    expect(page.url()).toBe(`${shop.url}/receipts/${newest}`);
    await page.getByRole('link', { name: 'All receipts' }).click();
    await page.locator('.payment-title').first().waitFor();
  });

  test.each(looks)('looks, $name', async (kind) => {
    const person = await shop.api.newPerson();
    const page = await shop.openPage(kind.options);
    const look = camera(page, kind);
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/receipts`);
    await page.locator('.empty').waitFor();
    await look('receipts-none');
    await payments(person);
    await page.locator('.payment-title').nth(2).waitFor();
    await look('receipts');
    await page.goto(`${shop.url}/profile`);
    await page.locator('.change summary').nth(1).click();
    await page.locator('.change button[type=submit]:visible').click();
    await page.locator('.change .field-hint.wrong').first().waitFor();
    await look('profile-password', true);
  });
});
