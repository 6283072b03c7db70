import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gate, openGate } from './gate.ts';
import {
  complaints,
  describeInBrowser,
  openBrowser,
  openPage,
  type Shop,
  startShop,
  watchComplaints,
} from './harness.ts';
import { pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

describeInBrowser('a bad connection', { timeout: 90_000 }, () => {
  let shop: Shop;
  let browser: Browser;
  let gate: Gate;
  beforeAll(async () => {
    shop = await startShop();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
  });
  beforeEach(async () => {
    gate = await openGate(shop.port);
  });
  afterEach(async () => {
    await gate.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  test('a press while offline is kept, and sent once after the reconnect', async () => {
    const drop = await shop.api.newCoupon({ stock: 5 });
    const person = await shop.api.newPerson();
    const page = await openPage(browser);
    await signIn(page, gate.url, person);
    await page.goto(`${gate.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);

    gate.cut();
    await page.locator('.stage-stale[data-shown="true"]').waitFor();
    await pressButton(page).click();
    await page.getByText('Your press is kept').waitFor();
    expect(await shop.api.grants(person)).toHaveLength(0);

    gate.restore();
    await page.getByText('It’s yours!').first().waitFor({ timeout: 40_000 });
    await waitUntilLive(page);
    expect(await shop.api.grants(person)).toHaveLength(1);
    expect((await shop.api.drop(drop.id)).remaining).toBe(4);
    await page.context().close();
  });

  test('an answer lost on the way is asked for again after a reload, with the same press', async () => {
    const drop = await shop.api.newCoupon({ stock: 5 });
    const person = await shop.api.newPerson();
    const page = await openPage(browser);
    await signIn(page, gate.url, person);
    await page.goto(`${gate.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);

    gate.swallowAnswers();
    await pressButton(page).click();
    await expect.poll(async () => (await shop.api.grants(person)).length).toBe(1);
    await page.reload();
    await page.getByText('It’s yours!').first().waitFor();
    const code = (await page.locator('.win-ticket code').textContent())?.replaceAll(/\s/g, '');
    const grants = await shop.api.grants(person);
    expect(grants.map((grant) => grant.code)).toEqual([code]);
    await page.context().close();
  });

  test('a claim goes over HTTP where WebSockets are blocked', async () => {
    const drop = await shop.api.newCoupon();
    const person = await shop.api.newPerson();
    const page = await openPage(browser);
    await page.routeWebSocket(/\/v1\/socket$/, (socket) => socket.close());
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await pressButton(page).click();
    await page.getByText('It’s yours!').first().waitFor();
    expect(await shop.api.grants(person)).toHaveLength(1);
    await page.context().close();
  });

  test('where WebSockets are blocked, what happens comes over an event stream', async () => {
    const drop = await shop.api.newCoupon({ stock: 5 });
    const [person, other] = [await shop.api.newPerson(), await shop.api.newPerson()];
    const page = await openPage(browser);
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
    await page.context().close();
  });

  test('what was told meanwhile comes after the reconnect, and nothing is asked for', async () => {
    const drop = await shop.api.newCoupon({ stock: 5 });
    const person = await shop.api.newPerson();
    const page = await openPage(browser);
    await signIn(page, gate.url, person);
    await page.goto(`${gate.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);

    gate.cut();
    await page.locator('.stage-stale[data-shown="true"]').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await shop.api.claim(person, drop.id);
    gate.restore();
    await page.locator('.win-ticket[data-fresh="false"]').waitFor({ timeout: 40_000 });
    expect(asked.filter((url) => url.includes('/v1/me/'))).toEqual([]);
    await page.context().close();
  });

  test('a press shows in every tab, and is celebrated in its own', async () => {
    const drop = await shop.api.newCoupon();
    const person = await shop.api.newPerson();
    const page = await openPage(browser);
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    const other = watchComplaints(await page.context().newPage());
    await other.goto(`${shop.url}/drops/${drop.id}`);
    for (const tab of [page, other]) await waitUntilPressable(tab);
    for (const tab of [page, other]) await waitUntilLive(tab);
    await pressButton(page).click();
    await page.locator('.win-ticket[data-fresh="true"]').waitFor();
    await other.locator('.win-ticket[data-fresh="false"]').waitFor();
    expect(await other.locator('.win-ticket[data-fresh="true"]').count()).toBe(0);
    await page.context().close();
  });

  test('tabs that restore the session at the same time do not end it', async () => {
    const person = await shop.api.newPerson();
    const first = await openPage(browser);
    await signIn(first, shop.url, person);
    const context = first.context();
    // New tabs have no access token yet, so each would refresh with the one cookie.
    const tabs = await Promise.all([1, 2, 3, 4].map(async () => watchComplaints(await context.newPage())));
    await Promise.all(tabs.map((tab) => tab.goto(`${shop.url}/profile`)));
    await Promise.all(tabs.map((tab) => tab.getByText(`${person.username}@example.com`).waitFor()));
    await first.reload();
    await first.getByRole('link', { name: 'My coupons' }).first().waitFor();

    const [leaving, ...others] = tabs;
    await leaving?.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [first, ...others]) await tab.getByRole('link', { name: 'Sign in' }).first().waitFor();
    await context.close();
  });

  test('a guest causes no refresh call', async () => {
    const page = await openPage(browser);
    const calls: string[] = [];
    page.on('request', (request) => calls.push(request.url()));
    await page.goto(shop.url);
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    expect(calls.filter((url) => url.includes('/sessions'))).toEqual([]);
    await page.context().close();
  });
});
