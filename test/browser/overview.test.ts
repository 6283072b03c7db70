/** The administrators' overview: a new shop is told what to do, a running one what is on, what comes, and what needs a look. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, looks, settle } from './pictures.ts';
import { pretendedDashboard } from './pretended-dashboard.ts';
import { type DropView, fromNow } from './shop-api.ts';
import { expectEventually, hearNothing, signIn } from './steps.ts';

describeInBrowser('the overview', () => {
  const shop = useShop();

  async function pretend(page: Page, answer: (days: number) => object): Promise<void> {
    await page.route(/\/v1\/dashboard/, (route) =>
      route.fulfill({ json: answer(Number(new URL(route.request().url()).searchParams.get('days'))) }),
    );
  }

  const fact = (page: Page, term: string) => page.locator('.fact').filter({ hasText: term }).locator('dd').first();

  /** First of all: this shop has not sold anything yet. */
  test.each(looks)('a new shop is told to make its first drop, $name', async (kind) => {
    const page = await shop.openPage(kind.options);
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin`);
    await page.locator('.first-drop').waitFor();
    await page.locator('.figures .chip.good, .figures .chip.warn').first().waitFor();
    await camera(page, kind)('overview-new-shop');
    await page.locator('.first-drop a').click();
    await page.waitForURL(/\/admin\/drops\/new$/);
    await page.locator('[name=title]').waitFor();
  });

  test('what was sold, and what is coming, is on it; a drop leads to its monitor', async () => {
    const drop = await shop.api.newProduct({ title: 'Stoneware cup', stock: 5, price: 42_000 });
    await shop.api.newCoupon({ title: 'Tomorrow’s coupon', opensAt: fromNow(7_200) });
    await shop.api.newCoupon({ title: 'Sooner', opensAt: fromNow(3_600) });
    const people = [await shop.api.newPerson(), await shop.api.newPerson(), await shop.api.newPerson()];
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin`);
    const coming = page.locator('section', { has: page.getByRole('heading', { name: 'Coming' }) });
    await coming.getByText('Tomorrow’s coupon').waitFor();
    await expectEventually(() => coming.locator('strong').allTextContents(), ['Sooner', 'Tomorrow’s coupon']);
    await expect.poll(() => coming.locator('.countdown-clock').first().textContent()).toMatch(/^00:5\d:\d\d$/);

    const grants: string[] = [];
    for (const person of people) grants.push((await shop.api.claim(person, drop.id)).grantId);
    for (const [index, person] of people.slice(0, 2).entries())
      await shop.api.pay(person, grants[index] ?? '', `payment-${index}`);
    // Anybody else’s claim comes too late for one who has theirs.
    await expect(shop.api.claim(people[0] as (typeof people)[0], drop.id)).rejects.toThrow('limit_reached');

    const live = page.getByRole('link', { name: /Stoneware cup/ });
    await live.waitFor();
    await expect.poll(() => live.textContent()).toMatch(/2 of 5 left.*3 in the last hour/);
    // What is by day comes a moment after what the ledger counts.
    const facts = { 'Paid slots': '2', 'Held, to be paid': '1', Arrivals: '4', 'Taken, KRW': '₩84,000 2 payments' };
    for (const [term, figure] of Object.entries(facts))
      await expect.poll(() => fact(page, term).textContent(), { message: term }).toBe(figure);
    await page.getByText('The figures as a table').click();
    const today = page.locator('.trend-table tbody tr').first();
    const days = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'Asia/Seoul' });
    await expect
      .poll(() => today.locator('th, td').allTextContents())
      .toEqual([days.format(Date.now()), '3', '1', '0', '2', '₩84,000', '–', expect.any(String), '0']);
    await expectEventually(() => page.locator('.trend-table tbody tr').count(), 30);
    await page.getByText('7 days').click();
    await expectEventually(() => page.locator('.trend-table tbody tr').count(), 7);

    // Live: no answer of the overview says so before the socket does.
    await page.route(/\/v1\/dashboard/, (route) => route.abort());
    await shop.api.claim(await shop.api.newPerson(), drop.id);
    await expect.poll(() => live.textContent()).toContain('1 of 5 left');
    await page.getByText(/^No answer from the server. Figures are from/).waitFor();
    await live.click();
    await page.getByRole('heading', { level: 1, name: 'Stoneware cup' }).waitFor();
    await page.locator('.monitor').waitFor();
  });

  test('what needs a look leads there', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    await pretend(page, (days) => pretendedDashboard({ live: [], upcoming: [], days }));
    await page.goto(`${shop.url}/admin`);
    await page.getByText('14 claims met a fault today').waitFor();
    await page.getByText('2 processes are busy or silent').waitFor();
    expect(await page.getByText('2 payments are being given back').getAttribute('href')).toBe(
      '/admin/payments?state=refunding',
    );
    await page.getByText('12 deliveries failed in the last 24 hours').click();
    await page.waitForURL(/\/admin\/deliveries\?state=failed$/);
    await expectEventually(() => page.getByLabel('State').inputValue(), 'failed');
  });

  test.each(looks)('looks of the overview, $name', async (kind) => {
    const page = await shop.openPage(kind.options);
    const title = { '새벽 에디션 무선 헤드폰': 412, '겨울맞이 전 상품 20% 쿠폰': 0 };
    const live: DropView[] = [];
    for (const [name, remaining] of Object.entries(title))
      live.push({ ...(await shop.api.newProduct({ title: name, stock: 1000 })), remaining });
    const upcoming = [
      await shop.api.newCoupon({ title: '첫 구매 5,000원 할인', opensAt: fromNow(1_204) }),
      await shop.api.newProduct({ title: 'Stoneware cup, second batch', opensAt: fromNow(300_000) }),
    ];
    await signIn(page, shop.url, administrator);
    // What the server really knows of these drops must not come.
    await hearNothing(page);
    await pretend(page, (days) => pretendedDashboard({ live, upcoming, days }));
    const photograph = camera(page, kind);
    const look = async (picture: string): Promise<void> => {
      const { width = 0, height = 0 } = page.viewportSize() ?? {};
      const whole = Number(await page.evaluate('document.documentElement.scrollHeight'));
      await page.setViewportSize({ width, height: whole });
      await settle(page);
      await photograph(picture, false);
      await page.setViewportSize({ width, height });
    };
    await page.goto(`${shop.url}/admin`);
    await page.locator('.live-row').first().waitFor();
    await look('overview');
    await page.unroute(/\/v1\/dashboard/);
    await pretend(page, (days) => pretendedDashboard({ live: [], upcoming: [], days, isWell: true }));
    await page.reload();
    await page.locator('.concerns [data-about="nothing"]').waitFor();
    await look('overview-quiet');
    await page.unroute(/\/v1\/dashboard/);
    await page.route(/\/v1\/dashboard/, (route) => route.abort());
    await page.reload();
    await page.locator('.freshness[data-is="stale"]').waitFor();
    await look('overview-no-figures');
  });
});
