import { expect, test } from 'vitest';
import { describeInBrowser, phone, useShop } from './harness.ts';
import { fromNow } from './shop-api.ts';
import { expectEventually, pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

/** Names what moved. Every shift counts, also those soon after input, which browsers forgive. */
const countShifts = `
  window.shifts = [];
  const keepShifts = (entries) => {
    for (const entry of entries) {
      window.shifts.push(...entry.sources.map(({ node }) => (node?.parentElement?.className ?? '') + ' > ' + node?.className));
    }
  };
  const observer = new PerformanceObserver((list) => keepShifts(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  // Those of the last frame, too.
  window.takeShifts = async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    keepShifts(observer.takeRecords());
    return window.shifts.splice(0);
  };
`;

describeInBrowser('the opening', () => {
  const shop = useShop();

  test('what an administrator changes before it is on the page that is open already, and so is that it was deleted', async () => {
    const drop = await shop.api.newProduct({ title: 'Old title', price: 10_000, opensAt: fromNow(3600) });
    const page = await shop.openPage();
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await page.getByText('₩10,000').first().waitFor();
    await waitUntilLive(page);
    await shop.api.amend(drop.id, { title: 'New title', price: 20_000 });
    await page.getByRole('heading', { name: 'New title' }).waitFor();
    await page.getByText('₩20,000').first().waitFor();
    await expectEventually(() => page.getByText('₩10,000').count(), 0);
    await shop.api.remove(drop.id);
    await page.locator('.press[data-look="over"]').waitFor();
  });

  test.each([
    ['a phone', phone],
    ['a desktop', {}],
  ])('nothing moves on %s while the countdown ends and the answer comes', async (_device, options) => {
    const drop = await shop.api.newCoupon({ opensAt: fromNow(3600) });
    const page = await shop.openPage(options);
    await page.addInitScript(countShifts);
    await signIn(page, shop.url, await shop.api.newPerson());
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilLive(page);
    await page.locator('.countdown-clock').waitFor();
    const before = { button: await pressButton(page).boundingBox(), stage: await page.locator('.stage').boundingBox() };

    await shop.api.amend(drop.id, { opensAt: fromNow(9) });
    await page.locator('.countdown-clock', { hasText: /^(00:00:|\d\.\d$)/ }).waitFor();
    await page.evaluate('takeShifts()');
    await waitUntilPressable(page);
    expect(await pressButton(page).boundingBox()).toEqual(before.button);
    expect(await page.locator('.stage').boundingBox()).toEqual(before.stage);

    await pressButton(page).click();
    await page.locator('.win-ticket').waitFor();
    expect(await page.locator('.stage').boundingBox()).toMatchObject({ height: before.stage?.height });
    expect(await page.evaluate('takeShifts()')).toEqual([]);
  });

  test('the tab counts down the last minute, the board the last ten seconds in tenths', async () => {
    const drop = await shop.api.newCoupon({ title: 'Winter coupon', opensAt: fromNow(58) });
    const page = await shop.openPage();
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilLive(page);
    await expect.poll(() => page.title()).toMatch(/^\d\d seconds · Winter coupon/);
    await page.evaluate(`
      shown = [];
      new MutationObserver(() => {
        const text = document.querySelector('.stage .countdown-clock')?.textContent ?? '';
        if (/^\\d\\.\\d$/.test(text) && shown.at(-1) !== Number(text)) shown.push(Number(text));
      }).observe(document.body, { subtree: true, childList: true, characterData: true });`);
    await shop.api.amend(drop.id, { opensAt: fromNow(7) });
    await expect.poll(() => page.title()).toMatch(/^Open now · Winter coupon/);
    const shown = await page.evaluate<number[]>('shown');
    expect(shown.length).toBeGreaterThan(10);
    // A better measurement of the clock may put it back by some milliseconds: by a tenth, where they meet its edge.
    for (const [place, tenths] of shown.entries()) expect(tenths).toBeLessThan((shown[place - 1] ?? 10) + 0.15);
  });

  test('whoever wants no motion reads whole seconds to the end', async () => {
    const drop = await shop.api.newCoupon({ opensAt: fromNow(3600) });
    const page = await shop.openPage({ reducedMotion: 'reduce' });
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilLive(page);
    await shop.api.amend(drop.id, { opensAt: fromNow(14) });
    await page.locator('.stage .countdown[data-last="true"] .countdown-clock', { hasText: /^00:00:0\d$/ }).waitFor();
  });

  test('a press right at the opening that was early for the server is repeated by itself', async () => {
    const drop = await shop.api.newCoupon({ opensAt: fromNow(3600) });
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    const requestIds: string[] = [];
    await page.routeWebSocket(/\/v1\/socket$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((text) => {
        const message = JSON.parse(String(text)) as { type: string; requestId: string; dropId: string };
        if (message.type !== 'claim') return server.send(text);
        requestIds.push(message.requestId);
        if (requestIds.length > 1) return server.send(text);
        const { requestId, dropId } = message;
        const early = { type: 'outcome', requestId, dropId, outcome: 'not_open', opensAt: fromNow(1) };
        socket.send(JSON.stringify(early));
      });
    });
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilLive(page);
    await shop.api.amend(drop.id, { opensAt: fromNow(2) });
    await waitUntilPressable(page);
    await pressButton(page).click();
    await page.getByText('It’s yours!').first().waitFor();
    expect(requestIds).toHaveLength(2);
    expect(new Set(requestIds).size).toBe(1);
    expect(await shop.api.grants(person)).toHaveLength(1);
  });
});
