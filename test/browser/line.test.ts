/** The waiting line, with several people at once: who waits sees their place move, and hears of their turn without asking. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, phone, useShop } from './harness.ts';
import type { DropView, Person } from './shop-api.ts';
import { expectEventually, pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

describeInBrowser('the waiting line', () => {
  const shop = useShop();

  /** One unit, held by somebody; everyone else comes too late. */
  async function soldOutProduct(): Promise<{ drop: DropView; holder: Person; grantId: string }> {
    const drop = await shop.api.newProduct({ stock: 1, waitingLine: true });
    const holder = await shop.api.newPerson();
    const { grantId } = await shop.api.claim(holder, drop.id);
    return { drop, holder, grantId };
  }

  async function openDrop(person: Person, drop: DropView, options = {}): Promise<Page> {
    const page = await shop.openPage(options);
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilLive(page);
    return page;
  }

  const place = (page: Page) => page.locator('.stage[data-mood="line"] .board-number');

  test('who comes too late waits, sees the place move, leaves and comes back to the same place', async () => {
    const { drop } = await soldOutProduct();
    const [first, me, third] = [await shop.api.newPerson(), await shop.api.newPerson(), await shop.api.newPerson()];
    await shop.api.wait(first, drop.id);
    const page = await openDrop(me, drop);
    await waitUntilPressable(page);
    await expectEventually(() => pressButton(page).textContent(), 'Wait in line');
    await pressButton(page).click();
    await expectEventually(() => place(page).textContent(), '2ndof 2');
    await shop.api.wait(third, drop.id);
    await expectEventually(() => place(page).textContent(), '2ndof 3');
    await shop.api.leaveLine(first, drop.id);
    await expectEventually(() => place(page).textContent(), '1stof 2');
    await expectEventually(() => page.locator('.claim-panel [role=status]').textContent(), 'You are next in line.');

    // The first press asks.
    await page.getByRole('button', { name: 'Leave the line' }).click();
    // Without an answer one is still in it, and is told so.
    await page.route('**/line', (route) => (route.request().method() === 'DELETE' ? route.abort() : route.fallback()));
    await page.getByRole('button', { name: 'Really leave?' }).click();
    await page.getByText('No answer came: you still wait in line.').waitFor();
    await page.unroute('**/line');
    await page.getByRole('button', { name: 'Leave the line' }).click();
    await page.getByRole('button', { name: 'Really leave?' }).click();
    await page.getByRole('button', { name: 'Wait in line' }).waitFor();
    await expectEventually(async () => (await shop.api.drop(drop.id)).waiting, 1);
    await page.getByRole('button', { name: 'Wait in line' }).click();
    await expectEventually(() => place(page).textContent(), '1stof 2');

    await page.reload();
    await expectEventually(() => place(page).textContent(), '1stof 2');
  });

  test('a press that came too late becomes a place in line; what is given back goes to the next without reloading', async () => {
    const drop = await shop.api.newProduct({ title: 'Last lamp', stock: 1, waitingLine: true });
    const [winner, loser] = [await shop.api.newPerson(), await shop.api.newPerson()];
    const [winning, losing] = [await openDrop(winner, drop), await openDrop(loser, drop)];
    await waitUntilPressable(winning);
    await pressButton(winning).click();
    await winning.getByText('You’re in!').first().waitFor();
    await losing.getByRole('button', { name: 'Wait in line' }).click();
    await expectEventually(() => place(losing).textContent(), '1stof 1');

    await winning.getByRole('link', { name: 'Pay now' }).click();
    await winning.getByRole('button', { name: 'Give back' }).click();
    await winning.getByText('It goes to the next in line at once').waitFor();
    await winning.getByRole('button', { name: 'Give it back' }).click();
    await winning.getByText('Given back').first().waitFor();

    await losing.locator('.stage[data-mood="won"] .win-ticket').waitFor();
    expect(await shop.api.grants(loser)).toMatchObject([{ dropId: drop.id, state: 'held' }]);
    await losing.getByRole('link', { name: 'Pay now' }).click();
    await losing.getByText('Held for you until').waitFor();
  });

  test.each([
    ['a desktop', {}],
    ['a phone', phone],
  ])('the turn is told on any page of the site, on %s', async (_device, options) => {
    const { drop, holder, grantId } = await soldOutProduct();
    const me = await shop.api.newPerson();
    const page = await openDrop(me, drop, options);
    await pressButton(page).click();
    await place(page).waitFor();
    await page.getByRole('link', { name: 'Profile' }).click();
    await page.getByText(`${me.username}@example.com`).waitFor();

    await shop.api.giveBack(holder, grantId);
    const offer = page.getByRole('alert').filter({ hasText: 'It’s your turn!' });
    await offer.waitFor();
    await page.reload();
    await offer.waitFor();
    await offer.getByRole('link', { name: 'Pay now' }).click();
    await page.getByText('Held for you until').waitFor();
    await offer.waitFor({ state: 'hidden' });
  });

  test('a guest is asked to sign in first', async () => {
    const { drop } = await soldOutProduct();
    const page = await shop.openPage();
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await page.getByRole('link', { name: 'Sign in to wait in line' }).waitFor();
  });

  test('a turn that came while the connection was gone is found after it', async () => {
    const { drop, holder, grantId } = await soldOutProduct();
    const me = await shop.api.newPerson();
    const page = await openDrop(me, drop);
    await pressButton(page).click();
    await place(page).waitFor();
    await page.context().setOffline(true);
    await page.locator('.stage-stale[data-shown="true"]').waitFor({ state: 'attached' });
    await shop.api.giveBack(holder, grantId);
    await page.context().setOffline(false);
    await page.locator('.stage[data-mood="won"] .win-ticket').waitFor();
  });

  test('a coupon that is cancelled goes to the next in line, with a code', async () => {
    const drop = await shop.api.newCoupon({ stock: 1, waitingLine: true });
    const [holder, me] = [await shop.api.newPerson(), await shop.api.newPerson()];
    const { grantId } = await shop.api.claim(holder, drop.id);
    const page = await openDrop(me, drop);
    await pressButton(page).click();
    await place(page).waitFor();
    await shop.api.giveBack(holder, grantId);
    await page.locator('.win-ticket code').waitFor();
  });
});
