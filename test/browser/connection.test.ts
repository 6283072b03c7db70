import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Gate, openGate } from './gate.ts';
import { describeInBrowser, useShop } from './harness.ts';
import { fromNow } from './shop-api.ts';
import { expectEventually, pressButton, signIn, waitUntilCounted, waitUntilLive, waitUntilPressable } from './steps.ts';

describeInBrowser('a bad connection', () => {
  const shop = useShop();
  let gate: Gate;
  beforeEach(async () => {
    gate = await openGate(shop.port);
  });
  afterEach(async () => {
    await gate.close();
  });

  /** Somebody who could press, through the gate. */
  async function atADrop(terms: Record<string, unknown>) {
    const drop = await shop.api.newCoupon(terms);
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, gate.url, person);
    await page.goto(`${gate.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);
    return { drop, person, page };
  }

  test('a press while offline is kept, and sent once after the reconnect', async () => {
    const { drop, person, page } = await atADrop({ stock: 5 });

    gate.cut();
    await page.locator('.stage-stale[data-shown="true"]').waitFor();
    await pressButton(page).click();
    await told(page, 'Your press is kept');
    expect(await shop.api.grants(person)).toHaveLength(0);

    gate.restore();
    await page.getByText('It’s yours!').first().waitFor();
    await waitUntilLive(page);
    expect(await shop.api.grants(person)).toHaveLength(1);
    expect((await shop.api.drop(drop.id)).remaining).toBe(4);
  });

  test('an answer lost on the way is asked for again after a reload, with the same press', async () => {
    const { person, page } = await atADrop({ stock: 5 });

    gate.swallowAnswers();
    await pressButton(page).click();
    await expectEventually(async () => (await shop.api.grants(person)).length, 1);
    await page.reload();
    await page.getByText('It’s yours!').first().waitFor();
    const code = (await page.locator('.win-ticket code').textContent())?.replaceAll(/\s/g, '');
    const grants = await shop.api.grants(person);
    expect(grants.map((grant) => grant.code)).toEqual([code]);
  });

  test('a press that is kept outlives a reload, and is sent once', async () => {
    const { person, page } = await atADrop({ stock: 5, perUserLimit: 3 });
    gate.cut();
    await pressButton(page).click();
    await told(page, 'Your press is kept');
    gate.restore();
    await page.reload();
    await page.getByText('It’s yours!').first().waitFor();
    await page.reload();
    await page.locator('.win-ticket').waitFor();
    expect(await shop.api.grants(person)).toHaveLength(1);
  });

  test('a press that is kept until the drop has ended is told so', async () => {
    const { drop, person, page } = await atADrop({ stock: 5 });
    gate.cut();
    await page.locator('.stage-stale[data-shown="true"]').getByText('as of').waitFor();
    await pressButton(page).click();
    await told(page, 'Your press is kept');
    await shop.api.amend(drop.id, { closesAt: fromNow(5) });
    await expectEventually(async () => (await shop.api.drop(drop.id)).state, 'closed');
    gate.restore();
    await page.locator('.stage-title', { hasText: 'It had already closed' }).waitFor();
    expect(await shop.api.grants(person)).toHaveLength(0);
  });

  test('a press while the session is restored is kept when no answer to that comes, and so is who one is on other pages', async () => {
    const drop = await shop.api.newCoupon({ stock: 5, perUserLimit: 3 });
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, gate.url, person);
    // As a new tab: the session has to be asked for.
    await page.evaluate('sessionStorage.clear()');
    let isCut = true;
    let refuse = () => {};
    const isPressed = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    await page.route('**/v1/sessions/refresh', async (route) => {
      if (!isCut) return route.continue();
      await isPressed;
      return route.abort();
    });
    await page.goto(`${gate.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await pressButton(page).click();
    refuse();
    await told(page, 'Your press is kept');
    await page.goto(`${gate.url}/coupons`);
    await page.getByText('Could not load this').waitFor();
    await page.goto(`${gate.url}/drops/${drop.id}`);
    await told(page, 'Your press is kept');
    isCut = false;
    await page.locator('.win-ticket[data-fresh="true"]').waitFor();
    expect(await shop.api.grants(person)).toHaveLength(1);
  });

  test('a press whose session has ended meanwhile is kept, and sent once its owner has signed in again', async () => {
    const { person, page } = await atADrop({ stock: 5, perUserLimit: 3 });
    gate.cut();
    await pressButton(page).click();
    await told(page, 'Your press is kept');
    await shop.api.changePassword(person, 'another-long-password');
    gate.restore();
    await told(page, 'Your session has ended');
    await pressButton(page).click();
    await page.getByLabel('Username or email').fill(person.username);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.win-ticket[data-fresh="true"]').waitFor();
    expect(await shop.api.grants(person)).toHaveLength(1);
  });

  test('more of a list that does not come says so, and comes once when asked for again', async () => {
    for (let number = 0; number < 31; number += 1) await shop.api.newCoupon({ title: `Many ${number}` });
    const page = await shop.openPage();
    await page.goto(shop.url);
    const more = page.getByRole('button', { name: 'Show more' });
    await more.waitFor();
    // What is new moves all others on: the next page begins with one that is here.
    await shop.api.newCoupon({ title: 'New meanwhile' });
    await page.context().setOffline(true);
    await more.click();
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.context().setOffline(false);
    let asked = 0;
    let answer = () => {};
    const isPressed = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(/\/v1\/drops\?.*cursor=/, async (route) => {
      asked += 1;
      await isPressed;
      return route.continue();
    });
    await more.dblclick();
    answer();
    await more.waitFor({ state: 'detached' });
    expect(asked).toBe(1);
    const titles = await page.getByRole('heading', { name: /^Many / }).allTextContents();
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('a page that could not be loaded comes by itself when the network is back', async () => {
    const drop = await shop.api.newCoupon({ title: 'Winter coupon' });
    const page = await shop.openPage();
    await page.goto(gate.url);
    await page.locator('.featured-title').waitFor();
    // Known from the list, but asked for again; another one is not known at all.
    const unknown = await shop.api.newCoupon({ title: 'Another coupon' });
    gate.cut();
    await page.evaluate(
      `history.pushState(null, '', '/drops/${drop.id}'); dispatchEvent(new PopStateEvent('popstate'))`,
    );
    await page.getByRole('heading', { level: 1, name: 'Winter coupon' }).waitFor();
    await page.evaluate(
      `history.pushState(null, '', '/drops/${unknown.id}'); dispatchEvent(new PopStateEvent('popstate'))`,
    );
    await page.getByText('Could not load this').waitFor();
    gate.restore();
    await page.getByRole('heading', { name: 'Another coupon' }).waitFor();
  });

  test('a claim goes over HTTP where WebSockets are blocked', async () => {
    const drop = await shop.api.newCoupon();
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await page.routeWebSocket(/\/v1\/socket$/, (socket) => socket.close());
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await pressButton(page).click();
    await page.getByText('It’s yours!').first().waitFor();
    expect(await shop.api.grants(person)).toHaveLength(1);
  });

  test('where WebSockets are blocked, what happens comes over an event stream', async () => {
    const drop = await shop.api.newCoupon({ stock: 5 });
    const [person, other] = [await shop.api.newPerson(), await shop.api.newPerson()];
    const page = await shop.openPage();
    await page.routeWebSocket(/\/v1\/socket$/, (socket) => socket.close());
    const stream = page.waitForRequest((request) => request.url().includes('/v1/events'));
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await stream;
    await waitUntilLive(page);
    await shop.api.claim(other, drop.id);
    await page.getByText('4 of 5 left').waitFor();
    await shop.api.claim(person, drop.id);
    await page.locator('.win-ticket[data-fresh="false"]').waitFor();
  });

  test('what was told meanwhile comes after the reconnect, and nothing is asked for', async () => {
    const { drop, person, page } = await atADrop({ stock: 5 });
    await waitUntilCounted(page);

    gate.cut();
    await page.locator('.stage-stale[data-shown="true"]').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await shop.api.claim(person, drop.id);
    gate.restore();
    await page.locator('.win-ticket[data-fresh="false"]').waitFor();
    expect(asked.filter((url) => url.includes('/v1/me/'))).toEqual([]);
  });

  test('a press shows in every tab, and is celebrated in its own', async () => {
    const drop = await shop.api.newCoupon();
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    const other = await shop.openTab(page);
    await other.goto(`${shop.url}/drops/${drop.id}`);
    for (const tab of [page, other]) await waitUntilPressable(tab);
    for (const tab of [page, other]) await waitUntilLive(tab);
    await pressButton(page).click();
    await page.locator('.win-ticket[data-fresh="true"]').waitFor();
    await other.locator('.win-ticket[data-fresh="false"]').waitFor();
    expect(await other.locator('.win-ticket[data-fresh="true"]').count()).toBe(0);
  });

  test('tabs that restore the session at the same time do not end it', async () => {
    const person = await shop.api.newPerson();
    const first = await shop.openPage();
    await signIn(first, shop.url, person);
    await first.goto(shop.url);
    // New tabs have no access token yet, so each would refresh with the one cookie.
    const tabs = await Promise.all([1, 2, 3, 4].map(() => shop.openTab(first)));
    await Promise.all(tabs.map((tab) => tab.goto(`${shop.url}/profile`)));
    await Promise.all(tabs.map((tab) => tab.getByText(`${person.username}@example.com`).waitFor()));
    await first.reload();
    await first.getByRole('link', { name: 'My coupons' }).first().waitFor();

    const [leaving, ...others] = tabs;
    await leaving?.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [first, ...others]) await tab.getByRole('link', { name: 'Sign in' }).first().waitFor();
  });

  test('a guest causes no refresh call', async () => {
    const page = await shop.openPage();
    const calls: string[] = [];
    page.on('request', (request) => calls.push(request.url()));
    await page.goto(shop.url);
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    expect(calls.filter((url) => url.includes('/sessions'))).toEqual([]);
  });
});

/** On the board, and to who reads with their ears. */
async function told(page: Page, text: string): Promise<void> {
  await page.locator('.stage').getByText(text).waitFor();
  await page.locator('.claim-panel [role=status]', { hasText: text }).waitFor({ state: 'attached' });
}
