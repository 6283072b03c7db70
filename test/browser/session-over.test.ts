/** The server ends a session while somebody is in the middle of something. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, looks } from './pictures.ts';
import { expectEventually, signIn } from './steps.ts';

/** Signs it out as from elsewhere: the page hears of it from the server alone. */
const endSession = (page: Page) =>
  page.evaluate(`fetch('/v1/sessions/current', {
    method: 'DELETE',
    headers: { authorization: 'Bearer ' + JSON.parse(sessionStorage.getItem('doorbuster.session')).accessToken },
  }).then(({ status }) => status)`);

describeInBrowser('a session that ends', () => {
  const shop = useShop();
  const over = (page: Page) => page.getByRole('dialog');

  async function typeAndBeEnded(page: Page): Promise<void> {
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.locator('[name=title]').fill('Typed with care');
    expect(await endSession(page)).toBe(204);
    await over(page).waitFor();
  }

  test('in the middle of a form: what was typed stays, nothing else can be pressed, and one goes on after signing in again', async () => {
    const page = await shop.openPage();
    await typeAndBeEnded(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expectEventually(() => over(page).getByLabel('Username or email').inputValue(), administrator.username);
    await over(page).getByLabel('Password').fill('not-my-password');
    await over(page).getByRole('button', { name: 'Sign in' }).click();
    await over(page).getByText('is wrong').waitFor();
    await over(page).getByLabel('Password').fill(administrator.password);
    await over(page).getByRole('button', { name: 'Sign in' }).click();
    await over(page).waitFor({ state: 'detached' });
    expect(await page.getByLabel('Title').inputValue()).toBe('Typed with care');
    await page.getByLabel('Quantity').fill('7');
    await page.getByLabel('Percent off').fill('10');
    await page.getByText('At once').click();
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Typed with care' }).waitFor();
  });

  test('whoever signs in as somebody else gets the page anew; whoever leaves leaves nothing behind', async () => {
    const page = await shop.openPage();
    await typeAndBeEnded(page);
    const person = await shop.api.newPerson();
    await over(page).getByLabel('Username or email').fill(person.username);
    await over(page).getByLabel('Password').fill(person.password);
    await over(page).getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This page is for administrators').waitFor();

    const other = await shop.openPage();
    await typeAndBeEnded(other);
    await over(other).getByRole('button', { name: 'Leave this page' }).click();
    await other.getByText('Sign in to see this page').waitFor();
    await expectEventually(() => other.getByLabel('Title').count(), 0);
    await expect.poll(() => other.title()).toContain('Sign in');
  });

  for (const look of looks)
    test(`looks ${look.name}`, async () => {
      const page = await shop.openPage(look.options);
      await typeAndBeEnded(page);
      await camera(page, look)('session-over', false);
    });
});
