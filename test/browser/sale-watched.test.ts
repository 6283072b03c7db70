/** An administrator watches a sale from before its opening to the last payment: what the page shows is what really happened. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { administrator, describeInBrowser, patienceMs, useShop } from './harness.ts';
import { type DropView, fromNow, type Person } from './shop-api.ts';
import { signIn } from './steps.ts';

describeInBrowser('a sale that is watched', () => {
  const shop = useShop();

  const row = (page: Page, name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  const inAll = (page: Page, name: string) => row(page, name).locator('td').nth(2);
  const fact = (page: Page, term: string) => page.locator('.fact').filter({ hasText: term }).locator('dd').first();

  /** The code of the refusal, or what was granted. */
  async function claim(person: Person, drop: DropView): Promise<string> {
    return shop.api.claim(person, drop.id).then(
      ({ grantId }) => grantId,
      (error: Error) => /"code":"(\w+)"/.exec(error.message)?.[1] ?? error.message,
    );
  }

  test('from the countdown to the last payment', async () => {
    const people: Person[] = [];
    for (let number = 0; number < 5; number += 1) people.push(await shop.api.newPerson());
    const drop = await shop.api.newProduct({
      title: 'Stoneware cup',
      ...{ stock: 3, price: 42_000, opensAt: fromNow(12) },
    });
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops/${drop.id}`);
    await page.getByRole('heading', { name: 'What happens next' }).waitFor();
    await page.locator('.monitor-board .countdown-clock').waitFor();
    await page.getByText(`${shop.url}/drops/${drop.id}`).waitFor();

    expect(await claim(people[0] as Person, drop)).toBe('not_open');
    expect(await claim(people[1] as Person, drop)).toBe('not_open');
    await page.locator('.monitor-board[data-standing="open"]').waitFor({ timeout: 20_000 });
    await page.getByRole('status').getByText('It is open.').waitFor();
    expect(await page.getByRole('heading', { name: 'What happens next' }).count()).toBe(0);

    const first = await claim(people[0] as Person, drop);
    expect(await claim(people[0] as Person, drop)).toBe('limit_reached');
    await expect.poll(() => page.locator('.monitor-number').textContent(), { timeout: patienceMs }).toBe('2');
    const second = await claim(people[1] as Person, drop);
    const third = await claim(people[2] as Person, drop);
    expect(await claim(people[3] as Person, drop)).toBe('sold_out');
    expect(await claim(people[4] as Person, drop)).toBe('sold_out');
    await page.locator('.monitor-headline').getByText('Sold out').waitFor();
    await page.getByRole('status').getByText('Sold out.').waitFor();
    await page.getByText('3 still have time to pay').waitFor();

    // Every claim is in the second in which it was answered, and in no other.
    const expected = {
      Granted: '3',
      'Too early': '2',
      'Limit reached': '1',
      'Sold out': '2',
      Closed: '0',
      Faults: '0',
    };
    for (const [outcome, count] of Object.entries(expected))
      await expect
        .poll(() => inAll(page, outcome).textContent(), { timeout: patienceMs, message: outcome })
        .toBe(count);
    expect(Number(await row(page, 'Granted').locator('td').nth(1).textContent())).toBeLessThanOrEqual(3);
    // Who was refused at the gate has not arrived at the ledger.
    const arrivals = Number(await fact(page, 'Arrivals in all').textContent());
    expect(arrivals).toBeGreaterThanOrEqual(4);
    expect(arrivals).toBeLessThanOrEqual(6);
    await expect.poll(() => row(page, '99% within').locator('td').nth(1).textContent()).toMatch(/\d ms$/);
    expect(await fact(page, 'Held, to be paid').textContent()).toBe('3');
    expect(await fact(page, 'People connected').textContent()).toBe('1');

    const paid = [first, second, third].map((grantId, index) =>
      shop.api.pay(people[index] as Person, grantId, `payment-${index}`),
    );
    expect((await Promise.all(paid)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    await page.getByText('All 3 sold, all paid').waitFor();
    await page.getByText('₩126,000 taken').waitFor();
    await page.getByRole('status').getByText('All sold, all paid.').waitFor();
    expect(await fact(page, 'Money taken').textContent()).toBe('₩126,000');
    expect(await row(page, 'As the ledger told').locator('td').first().textContent()).toBe('0');
  });

  test('who comes later sees the same, reckoned from what was granted', async () => {
    const drop = await shop.api.newCoupon({ title: 'Watched late', stock: 4 });
    const person = await shop.api.newPerson();
    await shop.api.claim(person, drop.id);
    // The second must be over, and told by the process that answered.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops/${drop.id}`);
    await expect.poll(() => inAll(page, 'Granted').textContent(), { timeout: patienceMs }).toBe('1');
    expect(await page.locator('.monitor-number').textContent()).toBe('3');
    expect(await fact(page, 'In hands').textContent()).toBe('1');
    const chart = page.getByRole('img', { name: 'Units left over time.' });
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error('there is no chart');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => row(page, 'Reckoned from grants').locator('td').textContent()).toBe('4');
  });
});
