/** The log of deliveries, for administrators: what was sent to whom, why it failed, and sending it again. Letters go to a real mail server. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { patienceMs } from './patience.ts';
import { camera, looks, settle } from './pictures.ts';
import type { Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

const noSuchMailbox = { code: 550, text: '5.1.1 no such mailbox' };

describeInBrowser('deliveries', () => {
  let smtp: SmtpServer;
  beforeAll(async () => {
    smtp = await startSmtp();
  });
  afterAll(() => smtp?.stop());
  const shop = useShop(() => ({ SMTP_URL: smtp.url, MAIL_FROM: 'Doorbuster <shop@example.org>' }));
  let page: Page;
  /** Whose welcome letter was refused. */
  let unlucky: Person;
  let lucky: Person;
  beforeAll(async () => {
    // Welcomed before anything goes wrong.
    lucky = await shop.api.newPerson();
    await letterTo(lucky, 1);
    smtp.refuse(noSuchMailbox);
    unlucky = await shop.api.newPerson();
    page = await shop.openPage();
    await signIn(page, shop.url, administrator);
  });

  afterEach(() => page.unrouteAll({ behavior: 'ignoreErrors' }));

  const addressOf = ({ username }: Pick<Person, 'username'>) => `${username}@example.com`;
  const lettersTo = (person: Person) => smtp.letters.filter(({ to }) => to[0] === addressOf(person));
  /** Also before all tests, where `expect.poll` cannot be. */
  const letterTo = (person: Person, letters: number) =>
    vi.waitFor(() => expect(lettersTo(person)).toHaveLength(letters), { timeout: patienceMs });
  const rows = () => page.getByRole('listitem').filter({ has: page.locator('.chip') });

  test('one that failed says why, is found by its state, and goes again', async () => {
    await expectEventually(async () => (await shop.api.deliveries({ state: 'failed' })).length, 1);
    await page.goto(`${shop.url}/admin`);
    await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
    await page.getByLabel('State').selectOption('Failed');
    await expect.poll(() => rows().allTextContents()).toEqual([expect.stringContaining('no such mailbox')]);
    expect(await rows().textContent()).toContain(unlucky.username);
    expect(page.url()).toContain('?state=failed');
    await page.reload();
    await rows().getByRole('button', { name: 'Send again' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('tried anew').waitFor();
    await dialog.getByRole('button', { name: 'Not now' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(lettersTo(unlucky)).toEqual([]);
    await rows().getByRole('button', { name: 'Send again' }).click();
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await rows().getByText('On its way').waitFor();
    await letterTo(unlucky, 1);
    await page.getByLabel('State').selectOption('All');
    const sent = { username: unlucky.username, channel: 'email', state: 'sent' };
    await expectEventually(async () => (await shop.api.deliveries(sent)).length, 1);
    await page.getByRole('button', { name: 'Refresh' }).click();
    const row = rows().filter({ hasText: unlucky.username }).filter({ hasText: 'Email' });
    await row.getByText('Sent', { exact: true }).waitFor();
  });

  test('one that was sent is sent a second time, as another delivery', async () => {
    await page.goto(`${shop.url}/admin/deliveries?channel=email`);
    await page.getByLabel('Username').fill(lucky.username.toUpperCase());
    await page.getByLabel('Username').press('Enter');
    await page.waitForURL(/username=/);
    await rows().getByText(lucky.username, { exact: true }).waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    await expectEventually(() => page.evaluate('document.activeElement.name'), 'username');
    await rows().getByRole('button', { name: 'Send again' }).click();
    await page.getByText('gets it a second time').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
    await rows().nth(1).waitFor();
    await letterTo(lucky, 2);
  });

  test('filters go together; what nobody was sent is said, and all is shown again', async () => {
    await page.goto(`${shop.url}/admin/deliveries`);
    await rows().first().waitFor();
    await page.getByLabel('What').selectOption('A drop opens');
    await page.getByText('Nothing like that was sent.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await rows().getByRole('button', { name: unlucky.username }).first().click();
    await expectEventually(() => page.getByLabel('Username').inputValue(), unlucky.username);
    await expectEventually(() => rows().filter({ hasNotText: unlucky.username }).count(), 0);
    await rows().first().waitFor();
    // The welcome came by letter only.
    await page.getByLabel('Where').selectOption('On this site');
    await page.waitForURL(/channel=in_app/);
    await page.getByText('Nothing like that was sent.').waitFor();
    await expectEventually(() => page.getByRole('button', { name: 'Send again' }).count(), 0);
  });

  test('an answer to what was filtered before, and comes late, shows nothing of it', async () => {
    await page.goto(`${shop.url}/admin/deliveries`);
    await rows().first().waitFor();
    let letGo = () => {};
    const isLetGo = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const late = /\/v1\/deliveries\?.*type=/;
    await page.route(late, async (route) => {
      await isLetGo;
      await route.continue();
    });
    const answered = page.waitForResponse(late);
    const asked = page.waitForRequest(late);
    await page.getByLabel('What').selectOption('A drop opens');
    await asked;
    await page.getByLabel('What').selectOption('All');
    await rows().first().waitFor();
    letGo();
    await (await answered).finished();
    // What the page makes of it, it does at once.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
    expect(await rows().count()).toBeGreaterThan(0);
    await page.unroute(late);
  });

  test('newest first, and more when asked for', async () => {
    const people = [await shop.api.newPerson(), await shop.api.newPerson()];
    for (let number = 0; number < 11; number += 1) {
      const drop = await shop.api.newCoupon();
      for (const person of people) await shop.api.claim(person, drop.id);
    }
    const told = { type: 'granted', channel: 'in_app' };
    await expectEventually(async () => (await shop.api.deliveries(told)).length, 22);
    await page.goto(`${shop.url}/admin/deliveries?type=granted&channel=in_app`);
    await expectEventually(() => rows().count(), 20);
    await page.getByRole('button', { name: 'Show more' }).click();
    await rows().nth(21).waitFor();
    // What stands in the app was never sent.
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
  });

  test('a buyer does not get in', async () => {
    const buyer = await shop.openPage();
    await signIn(buyer, shop.url, lucky);
    await buyer.goto(`${shop.url}/admin/deliveries`);
    await buyer.getByText('This page is for administrators.').waitFor();
  });

  test.each(looks)('looks of deliveries, $name', async (kind) => {
    // By name: letters of the looks before this one may be tried again at any moment.
    const refused = await shop.api.newPerson((username) =>
      smtp.refuse({ ...noSuchMailbox, to: addressOf({ username }) }),
    );
    const shown = await shop.openPage(kind.options);
    await signIn(shown, shop.url, administrator);
    const look = camera(shown, kind);
    const failed = { state: 'failed', username: refused.username };
    await expectEventually(async () => (await shop.api.deliveries(failed)).length, 1);
    // One that is tried again and again: the mail server has no time.
    const delayed = await shop.api.newPerson((username) => {
      const fault = { code: 451, text: '4.3.2 try again later', to: addressOf({ username }) };
      smtp.refuse(...Array.from({ length: 20 }, () => fault));
    });
    await expect
      .poll(async () => (await shop.api.deliveries({ channel: 'email', username: delayed.username }))[0]?.failure)
      .toMatch(/try again later/);
    await shown.goto(`${shop.url}/admin/deliveries`);
    await shown.locator('.delivery', { hasText: 'try again later' }).first().waitFor();
    await look('deliveries', true);
    await shown.goto(`${shop.url}/admin/deliveries?state=failed`);
    await shown.locator('.delivery > .button').first().click();
    await shown.locator('dialog').waitFor();
    await settle(shown);
    await look('delivery-send-again', false);
    await shown.goto(`${shop.url}/admin/deliveries?type=sold_out`);
    await shown.locator('.empty').waitFor();
    await look('deliveries-none');
  });
});
