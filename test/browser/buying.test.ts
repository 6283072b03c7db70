import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { fromNow } from './shop-api.ts';
import { expectEventually, interceptClaims, pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

describeInBrowser('buying', () => {
  const shop = useShop();

  test('sign up, wait for the opening, press, hold the coupon, find it among mine, copy its code', async () => {
    const drop = await shop.api.newCoupon({ title: 'Winter coupon', opensAt: fromNow(3600) });
    const page = await shop.openPage();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: shop.url });

    await page.goto(`${shop.url}/drops/${drop.id}`);
    await page.getByRole('link', { name: 'Sign in to take part' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
    // Not “Username or email” of the page before.
    await page.getByLabel('Username', { exact: true }).fill('early-bird');
    await page.getByLabel('Email').fill('bird@example.com');
    await page.getByLabel('Password').fill('a-long-password');
    await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();

    await page.getByRole('heading', { name: 'Winter coupon' }).waitFor();
    await expectEventually(() => pressButton(page).getAttribute('aria-disabled'), 'true');
    await waitUntilLive(page);
    await shop.api.amend(drop.id, { opensAt: fromNow(3) });
    await waitUntilPressable(page);
    await pressButton(page).click();

    await page.getByText('It’s yours!').first().waitFor();
    const code = (await page.locator('.win-ticket code').textContent())?.replaceAll(/\s/g, '');
    await expect.poll(() => page.locator('.win-numbers').textContent()).toContain('1st to arrive');
    await expect.poll(() => page.locator('p[aria-live=assertive]').textContent()).toMatch(/^It’s yours! .*1st/);

    await page.locator('.win-more').getByRole('link', { name: 'My coupons' }).click();
    await page.getByRole('button', { name: `Copy code ${code}` }).click();
    await expectEventually(() => page.evaluate('navigator.clipboard.readText()'), code);
    await page.getByRole('tab', { name: 'Used' }).click();
    await page.getByText('Coupons you have used will be kept here.').waitFor();
  });

  test('the last unit goes to somebody else: the page says so at once', async () => {
    const drop = await shop.api.newCoupon({ stock: 1 });
    const [loser, winner] = [await shop.api.newPerson(), await shop.api.newPerson()];
    const page = await shop.openPage();
    await signIn(page, shop.url, loser);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);
    await shop.api.claim(winner, drop.id);
    await page.getByText('All 1 are gone.').first().waitFor();
    await expectEventually(() => pressButton(page).getAttribute('aria-disabled'), 'true');
  });

  test('who comes too late is told their arrival number', async () => {
    const drop = await shop.api.newCoupon({ stock: 1000 });
    const page = await shop.openPage();
    // Which number a claim gets in a crowd is chance, so this one answer is given in the server's place.
    await interceptClaims(page, (claim, tell) =>
      tell({ type: 'outcome', ...claim, outcome: 'sold_out', arrival: 1204 }),
    );
    await signIn(page, shop.url, await shop.api.newPerson());
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);
    await pressButton(page).click();
    await page.getByText('You were the 1,204th to arrive.').waitFor();
    await expect.poll(() => page.locator('.stage .board-number').textContent()).toContain('1,204th');
  });

  test('who waits in a queue is told so, and hears the outcome when it comes', async () => {
    const drop = await shop.api.newCoupon({ stock: 10 });
    const page = await shop.openPage();
    // The server of these tests has no queue: it is put between it and the page.
    let leaveQueue = () => {};
    await interceptClaims(page, (claim, tell, passOn) => {
      leaveQueue = passOn;
      tell({ type: 'queued', ...claim, claim: '' });
    });
    await signIn(page, shop.url, await shop.api.newPerson());
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    await waitUntilLive(page);
    await pressButton(page).click();
    await page.locator('.stage').getByText('keeps its place').waitFor();
    leaveQueue();
    await page.locator('.stage[data-mood="won"]').waitFor();
  });

  test('two tabs of one person press at once: one unit where one is allowed', async () => {
    const drop = await shop.api.newProduct({ stock: 5, perUserLimit: 1 });
    const person = await shop.api.newPerson();
    const first = await shop.openPage();
    await signIn(first, shop.url, person);
    const second = await shop.openTab(first);
    // Both claims reach the server together, however far apart the clicks are: a tab that hears of the other's unit cannot be pressed any more.
    const claims: (() => void)[] = [];
    for (const page of [first, second]) {
      await interceptClaims(page, (_claim, _tell, passOn) => {
        claims.push(passOn);
        if (claims.length === 2) for (const claim of claims) claim();
      });
      await page.goto(`${shop.url}/drops/${drop.id}`);
      await waitUntilPressable(page);
      await waitUntilLive(page);
    }
    await Promise.all([pressButton(first).click(), pressButton(second).click()]);

    const outcomes = await Promise.all(
      [first, second].map(async (page) => {
        const answered = page.locator('.stage[data-mood="won"], .stage[data-mood="lost"]');
        await answered.waitFor();
        return answered.getAttribute('data-mood');
      }),
    );
    expect(outcomes.sort()).toEqual(['lost', 'won']);
    expect(await shop.api.grants(person)).toHaveLength(1);
    expect((await shop.api.drop(drop.id)).remaining).toBe(4);
    await first.goto(`${shop.url}/slots`);
    await first.getByText('Held for you').waitFor();
  });

  test('several coupons, one for each press, up to the limit', async () => {
    const drop = await shop.api.newCoupon({ perUserLimit: 2 });
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(`${shop.url}/drops/${drop.id}`);
    await waitUntilPressable(page);
    // A double click, with the first answer in between: however long that takes here, for the page no time passes.
    await page.evaluate(`{
      const clickedAt = performance.now();
      performance.now = () => clickedAt;
      document.querySelector('.press').click();
    }`);
    await page.getByRole('button', { name: 'Get one more (1/2)' }).waitFor();
    const second = await page.evaluate(`(async () => {
      document.querySelector('.press').click();
      delete performance.now;
      await new Promise(requestAnimationFrame);
      return document.querySelector('.press').textContent;
    })()`);
    expect(second).toBe('Get one more (1/2)');
    expect(await shop.api.grants(person)).toHaveLength(1);
    await expect
      .poll(async () => {
        await page.evaluate(`document.querySelector('.press').click()`);
        return pressButton(page).textContent();
      })
      .toBe('You have it');
    await expectEventually(async () => (await shop.api.grants(person)).length, 2);
  });
});
