/** An administrator watches a sale from before its opening to the last payment: what the page shows is what really happened. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { type DropView, fromNow, type Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

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
      ...{ stock: 3, price: 42_000, opensAt: fromNow(3_600) },
    });
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops/${drop.id}`);
    await page.getByRole('heading', { name: 'What happens next' }).waitFor();
    await page.locator('.monitor-board .countdown-clock').waitFor();
    await page.getByText(`${shop.url}/drops/${drop.id}`).waitFor();

    expect(await claim(people[0] as Person, drop)).toBe('not_open');
    expect(await claim(people[1] as Person, drop)).toBe('not_open');
    await shop.api.amend(drop.id, { opensAt: fromNow(3) });
    await page.locator('.monitor-board[data-standing="open"]').waitFor();
    await page.getByRole('status').getByText('It is open.').waitFor();
    await expectEventually(() => page.getByRole('heading', { name: 'What happens next' }).count(), 0);

    const first = await claim(people[0] as Person, drop);
    expect(await claim(people[0] as Person, drop)).toBe('limit_reached');
    await expectEventually(() => page.locator('.monitor-number').textContent(), '2');
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
      await expect.poll(() => inAll(page, outcome).textContent(), { message: outcome }).toBe(count);
    expect(Number(await row(page, 'Granted').locator('td').nth(1).textContent())).toBeLessThanOrEqual(3);
    // Who was refused at the gate has not arrived at the ledger.
    await expect.poll(() => fact(page, 'Arrivals in all').textContent()).toMatch(/^[4-6]$/);
    await expect.poll(() => row(page, '99% within').locator('td').nth(1).textContent()).toMatch(/\d ms$/);
    await expectEventually(() => fact(page, 'Held, to be paid').textContent(), '3');
    await expectEventually(() => fact(page, 'People connected').textContent(), '1');

    const paid = [first, second, third].map((grantId, index) =>
      shop.api.pay(people[index] as Person, grantId, `payment-${index}`),
    );
    expect((await Promise.all(paid)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    await page.getByText('All 3 sold, all paid').waitFor();
    await page.getByText('₩126,000 taken').waitFor();
    await page.getByRole('status').getByText('All sold, all paid.').waitFor();
    await expectEventually(() => fact(page, 'Money taken').textContent(), '₩126,000');
    await expectEventually(() => row(page, 'As the ledger told').locator('td').first().textContent(), '0');
  });

  test('who comes later sees the same, reckoned from what was granted', async () => {
    const drop = await shop.api.newCoupon({ title: 'Watched late', stock: 4 });
    const person = await shop.api.newPerson();
    await shop.api.claim(person, drop.id);
    // Its second is over, and told by the process that answered.
    await expect.poll(async () => (await shop.api.monitor(drop.id)).seconds.granted).toContain(1);
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops/${drop.id}`);
    await expectEventually(() => inAll(page, 'Granted').textContent(), '1');
    await expectEventually(() => page.locator('.monitor-number').textContent(), '3');
    await expectEventually(() => fact(page, 'In hands').textContent(), '1');
    const chart = page.getByRole('img', { name: 'Units left over time.' });
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error('there is no chart');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expectEventually(() => row(page, 'Reckoned from grants').locator('td').textContent(), '4');
  });
});
