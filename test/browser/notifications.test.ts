/** What one is told of: the bell, the list, how one wants to be told, and following a drop. */
import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { camera, looks, settle } from './pictures.ts';
import { fromNow } from './shop-api.ts';
import { expectEventually, signIn, waitUntilCounted } from './steps.ts';

describeInBrowser('notifications', () => {
  const shop = useShop();

  test('counted by the bell as they come, read where they are seen, and in every tab', async () => {
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    const other = await shop.openTab(page);
    for (const tab of [page, other]) await tab.goto(shop.url);
    const bell = page.locator('.bell');
    await bell.waitFor();
    const drop = await shop.api.newCoupon({ title: 'First Snow' });
    await shop.api.claim(person, drop.id);
    await page.getByRole('link', { name: 'Notifications, 1 new' }).waitFor();
    await other.getByRole('link', { name: 'Notifications, 1 new' }).waitFor();
    await bell.click();
    await page.locator('.notice[data-unread="true"] a').waitFor();
    await other.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
    await expectEventually(() => page.locator('.bell-count').count(), 0);

    const second = await shop.api.newCoupon({ title: 'Second Snow' });
    const read = page.waitForResponse((response) => response.url().endsWith('/v1/me/notifications/read'));
    await shop.api.claim(person, second.id);
    await page.locator('.notice').nth(1).waitFor();
    await expect.poll(() => page.locator('.notice').first().textContent()).toContain('Second Snow');
    await read;
    await page.reload();
    await page.locator('.notice[data-unread="false"]').nth(1).waitFor();
    await page.locator('.notice a').first().click();
    await page.waitForURL(/\/coupons\//);
  });

  test('what was missed while nothing could be asked for is asked for with the next welcome', async () => {
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    const { api, url } = shop;
    /** A server that cannot go on where this page has heard the last one, and a page that cannot ask for what it has missed. */
    let hasGap = false;
    const ends: (() => void)[] = [];
    await page.routeWebSocket(/\/v1\/socket$/, (socket) => {
      const server = socket.connectToServer();
      ends.push(() => {
        void socket.close({ code: 1012 });
        void server.close();
      });
      server.onMessage((text) => {
        const message = JSON.parse(String(text)) as { type: string };
        if (!hasGap) socket.send(text);
        else if (message.type === 'welcome') socket.send(JSON.stringify({ ...message, resumed: false }));
        else if (message.type === 'pong') socket.send(text);
      });
    });
    let refusals = 0;
    await page.route(/\/v1\/me\/notifications\?/, (route) => {
      if (!hasGap) return route.continue();
      refusals += 1;
      return route.abort();
    });
    await signIn(page, url, person);
    await page.goto(`${url}/notifications`);
    await page.locator('.empty').waitFor();
    await waitUntilCounted(page);
    hasGap = true;
    await api.claim(person, (await api.newCoupon({ title: 'Missed' })).id).finally(() => ends.at(-1)?.());
    await expect.poll(() => refusals).toBeGreaterThan(0);
    await expect.poll(() => page.evaluate('JSON.stringify(sessionStorage)')).toContain(' missed');
    expect(await page.locator('.notice').count()).toBe(0);
    hasGap = false;
    ends.at(-1)?.();
    await page.locator('.notice').filter({ hasText: 'Missed' }).waitFor();
    await expect.poll(() => page.evaluate('JSON.stringify(sessionStorage)')).not.toContain(' missed');
  });

  test('what is chosen counts at once, and can be as everybody begins again', async () => {
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/notifications/settings`);
    const choice = page.getByLabel('A drop is sold out: On this site');
    await choice.uncheck();
    await page.getByText('Saved.').waitFor();
    await page.getByText('English', { exact: true }).click();
    await page.getByLabel('Slack', { exact: true }).fill('https://example.com/not-a-webhook');
    await page.getByRole('button', { name: 'Save: Slack' }).click();
    await page.locator('.field-hint.wrong').waitFor();
    await page.getByLabel('Slack', { exact: true }).fill('https://hooks.slack.com/services/T00/B00/secret0123');
    await page.getByRole('button', { name: 'Save: Slack' }).click();
    await page.locator('.webhook-shown').waitFor();
    expect(await page.locator('.webhook-shown').textContent()).toMatch(/^(?!.*secret).*hooks\.slack\.com/);
    await page.reload();
    await expectEventually(() => choice.isChecked(), false);
    await page.getByRole('button', { name: 'Remove: Slack' }).click();
    await page.getByRole('dialog').getByText('Nothing is sent there any more').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'As everybody begins' }).click();
    await expectEventually(() => choice.isChecked(), true);
    await page.getByRole('button', { name: 'Save: Slack' }).waitFor();
  });

  test('one press on a drop’s page, and one is told when it opens', async () => {
    const drop = await shop.api.newCoupon({ opensAt: fromNow(3_600) });
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await page.getByRole('button', { name: 'Tell me when it opens' }).click();
    await page.getByText('You will be told').first().click();
    const isKept = page.waitForResponse(
      (response) => response.request().postData()?.includes('sold_out') === true && response.ok(),
    );
    await page.getByLabel('when it is sold out').check();
    await isKept;
    await page.reload();
    await page.getByText('You will be told').first().click();
    for (const choice of ['when it opens', 'when it is sold out', 'when it is back in stock'])
      await expectEventually(() => page.getByLabel(choice).isChecked(), true);
    for (const choice of ['when it opens', 'when it is sold out', 'when it is back in stock'])
      await page.getByLabel(choice).click();
    await page.getByRole('button', { name: 'Tell me when it opens' }).waitFor();
  });

  test.each(looks)('looks of notifications, $name', async (kind) => {
    const { api, url } = shop;
    const person = await api.newPerson();
    const page = await shop.openPage(kind.options);
    await signIn(page, url, person);
    const look = camera(page, kind);
    await page.goto(`${url}/notifications`);
    await page.locator('.empty').waitFor();
    await look('notifications-none');
    for (const title of ['겨울맞이 전 상품 20% 쿠폰', 'Stoneware cup, second batch'])
      await api.claim(person, (await api.newCoupon({ title })).id);
    await page.locator('.notice').nth(1).waitFor();
    await look('notifications');
    await page.goto(`${url}/notifications/settings`);
    await page.locator('.channel-table').waitFor();
    await look('notification-settings', true);
    const drop = await api.newProduct({ title: '새벽 에디션 무선 헤드폰', opensAt: fromNow(3_600) });
    await page.goto(`${url}/drops/${drop.id}`);
    await page.locator('.tell-button').click();
    await page.locator('.tell summary').click();
    await settle(page);
    await look('tell-me', false);
  });
});
