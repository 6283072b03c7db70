/** A slot after it was won: paid, declined, given back, or run out; and what its owner sees meanwhile. */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import type { DropView, Person } from './shop-api.ts';
import { expectEventually, hearNothing, pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

describeInBrowser('slots', () => {
  const shop = useShop();

  interface Held {
    drop: DropView;
    person: Person;
    grantId: string;
    page: Page;
  }

  /** Somebody with a slot, on its page. */
  async function holdSlot(terms = {}): Promise<Held> {
    const drop = await shop.api.newProduct({ title: 'Stoneware cup', ...terms });
    const person = await shop.api.newPerson();
    const { grantId } = await shop.api.claim(person, drop.id);
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/slots/${grantId}`);
    return { drop, person, grantId, page };
  }

  /** Somebody who gets a slot for a few seconds only, while they look at their list. */
  async function getShortSlot(): Promise<Held> {
    const drop = await shop.api.newProduct({ title: 'Stoneware cup', stock: 1, holdMinutes: 0.1 });
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/slots`);
    await page.getByText('No slot waits to be paid').waitFor();
    const { grantId } = await shop.api.claim(person, drop.id);
    await page.locator('.ticket').waitFor();
    return { drop, person, grantId, page };
  }

  const card = (page: Page, effect: string) => page.locator('.pay-cards').getByText(effect);
  const payButton = (page: Page) => page.getByRole('button', { name: /^Pay / });

  test('pressed, held, paid with a test card, with a receipt', async () => {
    const drop = await shop.api.newProduct({ title: 'Brass lamp', stock: 3 });
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);
    await pressButton(page).click();
    await page.getByRole('link', { name: 'Pay now' }).click();
    await card(page, 'The payment succeeds').click();
    await payButton(page).click();
    await page.getByText('Bought. It’s yours!').first().waitFor();
    expect(await shop.api.grants(person)).toMatchObject([{ state: 'confirmed' }]);
    await expectEventually(() => payButton(page).count(), 0);
    await expectEventually(() => page.getByRole('button', { name: 'Give back' }).count(), 0);

    await page.getByRole('link', { name: 'Receipt' }).first().click();
    await page.locator('.receipt-total', { hasText: '₩189,000' }).waitFor();
    await page.locator('.receipt', { hasText: person.username }).waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.site-head').isVisible()).toBe(false);
    expect(await page.locator('.receipt').isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });

    await page.goto(`${shop.url}/slots`);
    await page.getByText('No slot waits to be paid').waitFor();
    await page.getByRole('tab', { name: 'Bought' }).click();
    await page.getByRole('link', { name: 'Brass lamp' }).waitFor();
  });

  test('declined: said so, the slot is still held, and another card pays', async () => {
    const { page, person } = await holdSlot();
    await card(page, 'The card is declined').click();
    await payButton(page).click();
    await page.getByRole('alert').filter({ hasText: 'The card was declined' }).waitFor();
    expect(await shop.api.grants(person)).toMatchObject([{ state: 'held' }]);
    await card(page, 'Not enough money').click();
    await payButton(page).click();
    await page.getByRole('alert').filter({ hasText: 'There is not enough money' }).waitFor();
    await card(page, 'The payment succeeds').click();
    await payButton(page).click();
    await page.getByText('Bought. It’s yours!').first().waitFor();
    await expectEventually(() => page.locator('.payment-history li').count(), 3);
  });

  test.each([
    ['money was taken', 'No answer at first, and the money was taken', 'Bought. It’s yours!'],
    ['the answer comes late', 'The provider answers late', 'Bought. It’s yours!'],
  ])(
    'without an answer the payment is shown as on its way, and then as what it was: %s',
    async (_name, effect, end) => {
      const { page } = await holdSlot();
      await card(page, effect).click();
      await payButton(page).click();
      await page.getByText('Your slot is kept').first().waitFor();
      await expectEventually(() => page.getByRole('button', { name: 'Give back' }).count(), 0);
      await page.getByText(end).first().waitFor();
    },
  );

  test('a payment whose answer was lost on the way is asked about with the same press, and charged once', async () => {
    const { page, person, grantId } = await holdSlot();
    const keys: (string | undefined)[] = [];
    let lost = 0;
    await page.route('**/payments', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      if (lost > 0) return route.continue();
      lost += 1;
      // It reaches the server; its answer does not reach the page.
      await route.fetch();
      await route.abort('connectionreset');
    });
    await card(page, 'The payment succeeds').click();
    await payButton(page).click();
    await page.getByText('Bought. It’s yours!').first().waitFor();
    await expectEventually(async () => keys.length, 2);
    expect(new Set(keys).size).toBe(1);
    const payments = await shop.api.payments(person, grantId);
    expect(payments.map(({ state }) => state)).toEqual(['succeeded']);
  });

  test('points: what is missing is said before anything is pressed, and enough of them pay', async () => {
    const { page, person, grantId } = await holdSlot({ price: 5_000 });
    await page.getByText('From your points').click();
    await page.getByText('5,000 are missing').waitFor();
    await expectEventually(() => payButton(page).getAttribute('aria-disabled'), 'true');
    await shop.api.givePoints(person, 6_200);
    await page.reload();
    await page.getByText('From your points').click();
    await page.getByText('1,200 will be left').waitFor();
    await payButton(page).click();
    await page.getByText('Bought. It’s yours!').first().waitFor();
    expect((await shop.api.grant(person, grantId)).state).toBe('confirmed');
  });

  test('a hold that runs out ends by itself, on its page, in the list and on the drop', async () => {
    const { page, drop, grantId, person } = await getShortSlot();
    await page.getByRole('link', { name: 'Stoneware cup' }).click();
    await page.locator('.slot-board[data-urgency="last"]').waitFor();
    await page.getByText('The slot was not paid in time').first().waitFor();
    await expectEventually(() => payButton(page).count(), 0);
    await expectEventually(async () => (await shop.api.grant(person, grantId)).state, 'expired');
    await page.goto(`${shop.url}/slots`);
    await page.getByRole('tab', { name: 'Run out' }).click();
    await page.locator('.ticket[data-state="expired"]').waitFor();
    // The unit is back on sale: one may press again.
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
  });

  test('a list that is open shows a slot running out', async () => {
    const { page } = await getShortSlot();
    await page.locator('.ticket[data-state="expired"]').getByText('Time ran out').waitFor();
  });

  test('paid in another tab: this one shows it', async () => {
    const { page, person, grantId } = await holdSlot();
    await payButton(page).waitFor();
    await shop.api.pay(person, grantId, randomUUID());
    await page.getByText('Bought. It’s yours!').first().waitFor();
  });

  test('what is refused is said: the slot was given back elsewhere meanwhile', async () => {
    const { page, person, grantId } = await holdSlot();
    await payButton(page).waitFor();
    await hearNothing(page);
    await page.reload();
    await payButton(page).waitFor();
    await shop.api.giveBack(person, grantId);
    await payButton(page).click();
    await page.getByText('You gave this slot back').first().waitFor();
  });
});
