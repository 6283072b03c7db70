/** Who is in a drop, for administrators: who got what, who waits, and why somebody got none. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, looks } from './pictures.ts';
import { type DropView, fromNow, type Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

describeInBrowser('people in a drop', () => {
  const shop = useShop();
  let drop: DropView;
  let first: Person;
  let second: Person;
  let waiting: Person;
  let refused: Person;
  const key = () => crypto.randomUUID();
  const path = (query = '') => `${shop.url}/admin/drops/${drop.id}/people${query}`;

  beforeAll(async () => {
    const { api } = shop;
    drop = await api.newProduct({ title: 'Brass lamp', stock: 2, waitingLine: true });
    [first, second, waiting, refused] = [
      await api.newPerson(),
      await api.newPerson(),
      await api.newPerson(),
      await api.newPerson(),
    ];
    const { grantId } = await api.claim(first, drop.id);
    await api.pay(first, grantId, key());
    await api.claim(second, drop.id);
    await api.wait(waiting, drop.id);
    // Waits and leaves: a claim without a unit.
    await api.wait(refused, drop.id);
    await api.leaveLine(refused, drop.id);
  });

  async function open(query = '') {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(path(query));
    return { page, rows: page.getByRole('region', { name: 'People' }).getByRole('listitem') };
  }

  test('holders, those in line and those who got none, each with what came of it', async () => {
    const { page, rows } = await open();
    await page.locator('.chip', { hasText: 'Bought' }).waitFor();
    await expectEventually(() => rows.count(), 2);
    expect(await rows.nth(0).textContent()).toContain(first.username);
    expect(await rows.nth(0).textContent()).toContain('No. 1');
    expect(await rows.nth(1).textContent()).toContain('Not paid yet');
    await page.getByLabel('State').selectOption('Bought');
    await expectEventually(() => rows.count(), 1);
    await page.reload();
    await expectEventually(() => rows.count(), 1);
    await page.waitForURL(/state=confirmed/);

    await page.getByText('In line', { exact: true }).first().click();
    await rows.filter({ hasText: waiting.username }).getByText('Is next in line.').first().waitFor();
    await page.getByText('Got none', { exact: true }).click();
    await rows.filter({ hasText: refused.username }).getByText('Left the line.').waitFor();
    await page.getByText('Everyone', { exact: true }).click();
    await expectEventually(() => rows.count(), 4);
    await rows.filter({ hasText: first.username }).getByRole('link', { name: 'Payment' }).waitFor();
  });

  test('how old the list is, is told, and that more has happened since', async () => {
    const drop = await shop.api.newCoupon({ stock: 3 });
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops/${drop.id}/people`);
    await page.getByText('Nobody has got one.').waitFor();
    await page.getByText(/^As of \d/).waitFor();
    await shop.api.claim(await shop.api.newPerson(), drop.id);
    await page.getByText('More has happened since').waitFor();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('No. 1').waitFor();
    await page.getByText('More has happened since').waitFor({ state: 'detached' });
  });

  test('why did I not get one? One name, one look', async () => {
    const { page, rows } = await open();
    await page.getByLabel('Username').fill(waiting.username.toUpperCase());
    await page.getByLabel('Username').press('Enter');
    await page.getByText('Arrived 3rd. The last unit went to the 2nd. Is next in line.').waitFor();
    await expectEventually(() => rows.count(), 1);
    await page.getByRole('button', { name: waiting.username }).waitFor();

    const nobody = await shop.api.newPerson();
    await page.getByLabel('Username').fill(nobody.username);
    await page.getByLabel('Username').press('Enter');
    await page.getByText(`No press of ${nobody.username} reached the ledger`).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await expectEventually(() => rows.count(), 2);
    await page.getByRole('button', { name: second.username }).click();
    await page.getByText('Arrived 2nd, in time for a unit.').waitFor();
  });

  test('what is filtered is saved as a table', async () => {
    const { page, rows } = await open('?who=all');
    await expectEventually(() => rows.count(), 4);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('Brass lamp.csv');
    await page.getByText('4 rows saved.').waitFor();
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFFarrival,claimed_at,outcome,username,/);
    expect(lines).toHaveLength(6);
    expect(lines[1]).toMatch(new RegExp(`^1,[^,]+,granted,${first.username},.*,confirmed,.*,succeeded,189000,KRW$`));
  });

  test('more than a page, and all of them in the table', async () => {
    const many = await shop.api.newCoupon({ title: 'Many', stock: 100, perUserLimit: 100 });
    const people = [first, second, waiting, refused, await shop.api.newPerson()];
    for (let number = 0; number < 7; number += 1) for (const person of people) await shop.api.claim(person, many.id);
    const { page, rows } = await open();
    await page.goto(`${shop.url}/admin/drops/${many.id}/people`);
    await expectEventually(() => rows.count(), 30);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expectEventually(() => rows.count(), 35);
    await page.getByText('Got none', { exact: true }).click();
    await page.getByText('Nobody went away without one.').waitFor();
  });

  test('a list that does not come says so, and comes when asked again', async () => {
    const { page } = await open();
    await page.route('**/people?**', (route) => route.abort());
    await page.reload();
    // It asks again by itself when the socket is welcomed, and that fails, too.
    await page.locator('.connection-note[data-shown="false"]').waitFor({ state: 'attached' });
    await page.getByText('Could not load this').waitFor();
    await page.unroute('**/people?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.chip', { hasText: 'Bought' }).waitFor();
  });

  test.each(looks)('looks of people, $name', async (kind) => {
    const page = await shop.openPage(kind.options);
    await signIn(page, shop.url, administrator);
    const look = camera(page, kind);
    for (const [name, query] of [
      ['people', '?who=all'],
      ['people-holders', ''],
      ['people-story', `?username=${waiting.username}`],
    ] as const) {
      await page.goto(path(query));
      await page.locator('.list-row').first().waitFor();
      await look(name, true);
    }
    const empty = await shop.api.newCoupon({ title: 'A coupon for winter', opensAt: fromNow(9_000) });
    await page.goto(`${shop.url}/admin/drops/${empty.id}/people?username=nobody`);
    await page.locator('.empty').waitFor();
    await look('people-none');
  });
});
